# SPDX-License-Identifier: GPL-2.0-only
# Written by configfs-schema/gen.py from kex.yaml; do not edit.
#
# What the conformance test loops over. Associative arrays are keyed by
# object/name, as region/size; KEX_ATTRS gives the keys in declared order.
#   KEX_ATTR_TYPE     size offset uint bool octal enum text trigger range pieces
#                     table word
#   KEX_ATTR_ACCESS   ro rw wo; the other direction is EACCES at open
#   KEX_ATTR_DEFAULT  as a fresh item reads it back; unset where there is none
#   KEX_ATTR_LIVE     1: may be written while live; 0: that is EBUSY
#   KEX_ATTR_REQUIRED 1: live=1 fails without it
#   KEX_ATTR_ACTS     1: a write does something, beside what reads back
#   KEX_ATTR_OPTION   of kexctl's create: 'NAME' with an argument, 'NAME=VALUE'
#                     without one, which writes VALUE; unset where there is none
#   KEX_ATTR_GOOD     lines 'READBACK WRITTEN', for a configured item; - as
#                     READBACK: nothing to read. Writing has no effect but the
#                     value
#   KEX_ATTR_BAD      lines 'ERRNO WRITTEN'; WRITTEN may be empty or hold spaces
# WRITTEN is what follows the first space of the line, to its end; it is meant
# with one newline behind it. KEX_OBJECTS names the objects, KEX_OBJECT_PATH says
# where they are, with <carveout> and <the object> for names. Facts and actions
# in sysfs:
#   KEX_FACTS         keys kind/name, as region/phys
#   KEX_FACT_TYPE     size uint enum word address table trigger range
#   KEX_FACT_MODE     octal file mode, four digits
#   KEX_FACT_WORDS    enum: the words, separated by spaces
#   KEX_FACT_COUNTER  1: never goes backwards while live
#   KEX_FACT_GOOD     actions: as KEX_ATTR_GOOD, for an object of 64 KiB to 1 GiB
#   KEX_FACT_BAD      the same for KEX_ATTR_BAD
# KEX_FEATURES has every word that the features file may show, KEX_FEATURES_OPTIONAL
# those of them that only some kernels have.
# shellcheck shell=bash disable=SC2034 # the arrays are used by the tests

declare -ga KEX_OBJECTS=(root carveout region window pool policy)
declare -gA KEX_OBJECT_PATH=(
	[root]=/sys/kernel/config/kex
	[carveout]='/sys/kernel/config/kex/carveouts/<carveout>'
	[region]='/sys/kernel/config/kex/carveouts/<carveout>/regions/<region>'
	[window]='/sys/kernel/config/kex/carveouts/<carveout>/windows/<window>'
	[pool]='/sys/kernel/config/kex/carveouts/<carveout>/pools/<pool>'
	[policy]='/sys/kernel/config/kex/policies/<policy>'
)

declare -ga KEX_ATTRS=(
	root/features
	carveout/bound
	carveout/size
	carveout/free
	carveout/largest_free
	region/size
	region/offset
	region/cache
	region/mode
	region/scrub
	region/populate
	region/hole
	region/live
	region/revoke
	window/size
	window/cache
	window/hole
	window/mode
	window/live
	window/revoke
	window/map
	window/unmap
	window/pieces
	pool/size
	pool/backing
	pool/mode
	pool/policy
	pool/fault_around
	pool/live
	pool/revoke
	policy/algorithm
	policy/low
	policy/high
	policy/granule
	policy/min_resident_ms
)
declare -gA KEX_ATTR_TYPE=(
	[root/features]=text
	[carveout/bound]=bool
	[carveout/size]=size
	[carveout/free]=size
	[carveout/largest_free]=size
	[region/size]=size
	[region/offset]=offset
	[region/cache]=enum
	[region/mode]=octal
	[region/scrub]=bool
	[region/populate]=enum
	[region/hole]=enum
	[region/live]=bool
	[region/revoke]=trigger
	[window/size]=size
	[window/cache]=enum
	[window/hole]=enum
	[window/mode]=octal
	[window/live]=bool
	[window/revoke]=trigger
	[window/map]=pieces
	[window/unmap]=range
	[window/pieces]=table
	[pool/size]=size
	[pool/backing]=enum
	[pool/mode]=octal
	[pool/policy]=word
	[pool/fault_around]=uint
	[pool/live]=bool
	[pool/revoke]=trigger
	[policy/algorithm]=enum
	[policy/low]=uint
	[policy/high]=uint
	[policy/granule]=size
	[policy/min_resident_ms]=uint
)
declare -gA KEX_ATTR_ACCESS=(
	[root/features]=ro
	[carveout/bound]=ro
	[carveout/size]=ro
	[carveout/free]=ro
	[carveout/largest_free]=ro
	[region/size]=rw
	[region/offset]=rw
	[region/cache]=rw
	[region/mode]=rw
	[region/scrub]=rw
	[region/populate]=rw
	[region/hole]=rw
	[region/live]=rw
	[region/revoke]=wo
	[window/size]=rw
	[window/cache]=rw
	[window/hole]=rw
	[window/mode]=rw
	[window/live]=rw
	[window/revoke]=wo
	[window/map]=wo
	[window/unmap]=wo
	[window/pieces]=ro
	[pool/size]=rw
	[pool/backing]=rw
	[pool/mode]=rw
	[pool/policy]=rw
	[pool/fault_around]=rw
	[pool/live]=rw
	[pool/revoke]=wo
	[policy/algorithm]=rw
	[policy/low]=rw
	[policy/high]=rw
	[policy/granule]=rw
	[policy/min_resident_ms]=rw
)
declare -gA KEX_ATTR_DEFAULT=(
	[region/size]=0
	[region/offset]=auto
	[region/cache]=write-back
	[region/mode]=0660
	[region/scrub]=1
	[region/populate]=eager
	[region/hole]=sigbus
	[region/live]=0
	[window/size]=0
	[window/cache]=write-back
	[window/hole]=sigbus
	[window/mode]=0660
	[window/live]=0
	[pool/size]=0
	[pool/backing]=carveout
	[pool/mode]=0660
	[pool/policy]=fifo
	[pool/fault_around]=64
	[pool/live]=0
	[policy/algorithm]=fifo
	[policy/low]=90
	[policy/high]=100
	[policy/granule]=2097152
	[policy/min_resident_ms]=0
)
declare -gA KEX_ATTR_LIVE=(
	[region/size]=0
	[region/offset]=0
	[region/cache]=0
	[region/mode]=0
	[region/scrub]=0
	[region/populate]=0
	[region/hole]=0
	[region/live]=1
	[region/revoke]=1
	[window/size]=0
	[window/cache]=0
	[window/hole]=0
	[window/mode]=0
	[window/live]=1
	[window/revoke]=1
	[window/map]=1
	[window/unmap]=1
	[pool/size]=0
	[pool/backing]=0
	[pool/mode]=0
	[pool/policy]=1
	[pool/fault_around]=1
	[pool/live]=1
	[pool/revoke]=1
	[policy/algorithm]=0
	[policy/low]=1
	[policy/high]=1
	[policy/granule]=1
	[policy/min_resident_ms]=1
)
declare -gA KEX_ATTR_REQUIRED=(
	[root/features]=0
	[carveout/bound]=0
	[carveout/size]=0
	[carveout/free]=0
	[carveout/largest_free]=0
	[region/size]=1
	[region/offset]=0
	[region/cache]=0
	[region/mode]=0
	[region/scrub]=0
	[region/populate]=0
	[region/hole]=0
	[region/live]=0
	[region/revoke]=0
	[window/size]=1
	[window/cache]=0
	[window/hole]=0
	[window/mode]=0
	[window/live]=0
	[window/revoke]=0
	[window/map]=0
	[window/unmap]=0
	[window/pieces]=0
	[pool/size]=1
	[pool/backing]=0
	[pool/mode]=0
	[pool/policy]=0
	[pool/fault_around]=0
	[pool/live]=0
	[pool/revoke]=0
	[policy/algorithm]=0
	[policy/low]=0
	[policy/high]=0
	[policy/granule]=0
	[policy/min_resident_ms]=0
)
declare -gA KEX_ATTR_ACTS=(
	[root/features]=0
	[carveout/bound]=0
	[carveout/size]=0
	[carveout/free]=0
	[carveout/largest_free]=0
	[region/size]=0
	[region/offset]=0
	[region/cache]=0
	[region/mode]=0
	[region/scrub]=0
	[region/populate]=0
	[region/hole]=0
	[region/live]=1
	[region/revoke]=1
	[window/size]=0
	[window/cache]=0
	[window/hole]=0
	[window/mode]=0
	[window/live]=1
	[window/revoke]=1
	[window/map]=1
	[window/unmap]=1
	[window/pieces]=0
	[pool/size]=0
	[pool/backing]=0
	[pool/mode]=0
	[pool/policy]=0
	[pool/fault_around]=0
	[pool/live]=1
	[pool/revoke]=1
	[policy/algorithm]=0
	[policy/low]=0
	[policy/high]=0
	[policy/granule]=0
	[policy/min_resident_ms]=0
)
declare -gA KEX_ATTR_OPTION=(
	[region/size]=size
	[region/offset]=offset
	[region/cache]=cache
	[region/mode]=mode
	[region/scrub]='no-scrub=0'
	[region/populate]=populate
	[region/hole]=hole
	[region/live]='no-live=0'
	[window/size]=size
	[window/cache]=cache
	[window/hole]=hole
	[window/mode]=mode
	[window/live]='no-live=0'
	[pool/size]=size
	[pool/backing]=backing
	[pool/mode]=mode
	[pool/policy]=policy
	[pool/fault_around]=fault-around
	[pool/live]='no-live=0'
	[policy/algorithm]=algorithm
	[policy/low]=low
	[policy/high]=high
	[policy/granule]=granule
	[policy/min_resident_ms]=min-resident-ms
)
declare -gA KEX_ATTR_GOOD=(
	[region/size]='65536 65536
65536 0x10000
65536 64K
65536 64k
67108864 64M
2147483648 2g
18446744073709486080 18446744073709486080'
	[region/offset]='auto auto
65536 65536
65536 0x10000
65536 64K
65536 64k
67108864 64M
2147483648 2g
0 0
18446744073709486080 18446744073709486080'
	[region/cache]='write-back write-back
write-combine write-combine
uncached uncached
device device'
	[region/mode]='0000 0000
0000 0
0600 0600
0600 600
0777 0777
0777 777'
	[region/scrub]='0 0
1 1'
	[region/populate]='eager eager
lazy lazy'
	[region/hole]='sigbus sigbus
zero zero
scratch scratch
wait wait'
	[region/live]='0 0'
	[region/revoke]='- 1'
	[window/size]='65536 65536
65536 0x10000
65536 64K
65536 64k
67108864 64M
2147483648 2g
1099511627776 1099511627776'
	[window/cache]='write-back write-back
write-combine write-combine
uncached uncached
device device'
	[window/hole]='sigbus sigbus
zero zero
scratch scratch
wait wait'
	[window/mode]='0000 0000
0000 0
0600 0600
0600 600
0777 0777
0777 777'
	[window/live]='0 0'
	[window/revoke]='- 1'
	[window/map]=''
	[window/unmap]='- 1
- 0 65536
- 0x0 64K'
	[pool/size]='2097152 2097152
2097152 0x200000
2097152 2048K
2097152 2048k
67108864 64M
2147483648 2g
18446744073707454464 18446744073707454464'
	[pool/backing]='carveout carveout
system system'
	[pool/mode]='0000 0000
0000 0
0600 0600
0600 600
0777 0777
0777 777'
	[pool/policy]='fifo fifo
lru lru
clock clock
random random'
	[pool/fault_around]='1 1
256 256
512 512
512 0x200'
	[pool/live]='0 0'
	[pool/revoke]='- 1'
	[policy/algorithm]='fifo fifo
lru lru
clock clock
random random'
	[policy/low]='1 1
1 0x1'
	[policy/high]='1 1
50 50
100 100
100 0x64'
	[policy/granule]='65536 65536
65536 0x10000
65536 64K
65536 64k
67108864 64M
1073741824 1073741824'
	[policy/min_resident_ms]='0 0
43200000 43200000
86400000 86400000
86400000 0x5265c00'
)
declare -gA KEX_ATTR_BAD=(
	[region/size]='EINVAL 
EINVAL -1
EINVAL +1
EINVAL junk
EINVAL 1 1
EINVAL 1x
EINVAL 0x
EINVAL 1.5
EINVAL 1e3
EINVAL K
EINVAL 4KK
EINVAL 4T
EINVAL 4 K
EINVAL 0x4G0
ERANGE 0
ERANGE 18446744073709551616
ERANGE 0x10000000000000000
ERANGE 17179869184G
ERANGE 99999999999999999999999
EINVAL 1
EINVAL 65535
EINVAL 65537
EINVAL 98305'
	[region/offset]='EINVAL 
EINVAL -1
EINVAL +1
EINVAL junk
EINVAL 1 1
EINVAL 1x
EINVAL 0x
EINVAL 1.5
EINVAL 1e3
EINVAL K
EINVAL 4KK
EINVAL 4T
EINVAL 4 K
EINVAL 0x4G0
ERANGE 18446744073709551616
ERANGE 0x10000000000000000
ERANGE 17179869184G
ERANGE 99999999999999999999999
EINVAL 1
EINVAL 65535
EINVAL 65537
EINVAL 98305
EINVAL AUTO
EINVAL auto1
EINVAL aut'
	[region/cache]='EINVAL 
EINVAL none
EINVAL 0
EINVAL WRITE-BACK
EINVAL write-bac
EINVAL write-backx
EINVAL write-back write-back
EINVAL  write-back'
	[region/mode]='EINVAL 
EINVAL -1
EINVAL junk
EINVAL 8
EINVAL 0668
EINVAL 0x1ff
EINVAL 0o660
EINVAL 660 
EINVAL 660x
EINVAL u=rw
ERANGE 1000
ERANGE 7777777777777777777777777'
	[region/scrub]='EINVAL 
EINVAL -1
EINVAL +1
EINVAL junk
EINVAL 1 1
EINVAL 1x
EINVAL 0x
EINVAL 1.5
EINVAL 1e3
EINVAL y
EINVAL on
EINVAL true
ERANGE 2
ERANGE 18446744073709551616'
	[region/populate]='EINVAL 
EINVAL none
EINVAL 0
EINVAL EAGER
EINVAL eage
EINVAL eagerx
EINVAL eager eager
EINVAL  eager'
	[region/hole]='EINVAL 
EINVAL none
EINVAL 0
EINVAL SIGBUS
EINVAL sigbu
EINVAL sigbusx
EINVAL sigbus sigbus
EINVAL  sigbus'
	[region/live]='EINVAL 
EINVAL -1
EINVAL +1
EINVAL junk
EINVAL 1 1
EINVAL 1x
EINVAL 0x
EINVAL 1.5
EINVAL 1e3
EINVAL y
EINVAL on
EINVAL true
ERANGE 2
ERANGE 18446744073709551616'
	[region/revoke]='EINVAL 0
EINVAL 
EINVAL -1
EINVAL +1
EINVAL junk
EINVAL 1 1
EINVAL 1x
EINVAL 0x
EINVAL 1.5
EINVAL 1e3
ERANGE 2
ERANGE 18446744073709551616'
	[window/size]='EINVAL 
EINVAL -1
EINVAL +1
EINVAL junk
EINVAL 1 1
EINVAL 1x
EINVAL 0x
EINVAL 1.5
EINVAL 1e3
EINVAL K
EINVAL 4KK
EINVAL 4T
EINVAL 4 K
EINVAL 0x4G0
ERANGE 0
ERANGE 1099511627777
EINVAL 1
EINVAL 65535
EINVAL 65537
EINVAL 98305'
	[window/cache]='EINVAL 
EINVAL none
EINVAL 0
EINVAL WRITE-BACK
EINVAL write-bac
EINVAL write-backx
EINVAL write-back write-back
EINVAL  write-back'
	[window/hole]='EINVAL 
EINVAL none
EINVAL 0
EINVAL SIGBUS
EINVAL sigbu
EINVAL sigbusx
EINVAL sigbus sigbus
EINVAL  sigbus'
	[window/mode]='EINVAL 
EINVAL -1
EINVAL junk
EINVAL 8
EINVAL 0668
EINVAL 0x1ff
EINVAL 0o660
EINVAL 660 
EINVAL 660x
EINVAL u=rw
ERANGE 1000
ERANGE 7777777777777777777777777'
	[window/live]='EINVAL 
EINVAL -1
EINVAL +1
EINVAL junk
EINVAL 1 1
EINVAL 1x
EINVAL 0x
EINVAL 1.5
EINVAL 1e3
EINVAL y
EINVAL on
EINVAL true
ERANGE 2
ERANGE 18446744073709551616'
	[window/revoke]='EINVAL 0
EINVAL 
EINVAL -1
EINVAL +1
EINVAL junk
EINVAL 1 1
EINVAL 1x
EINVAL 0x
EINVAL 1.5
EINVAL 1e3
ERANGE 2
ERANGE 18446744073709551616'
	[window/map]='EINVAL 
EINVAL -1
EINVAL +1
EINVAL junk
EINVAL 1 1
EINVAL 1x
EINVAL 0x
EINVAL 1.5
EINVAL 1e3
EINVAL 1
EINVAL ;
EINVAL 0 a 0
EINVAL 0 a 0 0
EINVAL 0 a 0 65536 0
EINVAL 0 A 0 65536
EINVAL -1 a 0 65536
EINVAL 0 a 0 65536; 65536 a 65536'
	[window/unmap]='EINVAL 
EINVAL 0
EINVAL x
EINVAL -1
EINVAL 1x
EINVAL 2
EINVAL 0 0
EINVAL 0 100
EINVAL 100 65536
EINVAL 0 65536 1
EINVAL 0 65536x
EINVAL 0+65536
EINVAL 0 -65536
EINVAL 0,65536
ERANGE 0 2G
ERANGE 1G 65536
ERANGE 18446744073709486080 131072
ERANGE 0 18446744073709551616'
	[pool/size]='EINVAL 
EINVAL -1
EINVAL +1
EINVAL junk
EINVAL 1 1
EINVAL 1x
EINVAL 0x
EINVAL 1.5
EINVAL 1e3
EINVAL K
EINVAL 4KK
EINVAL 4T
EINVAL 4 K
EINVAL 0x4G0
ERANGE 0
ERANGE 18446744073709551616
ERANGE 0x10000000000000000
ERANGE 17179869184G
ERANGE 99999999999999999999999
EINVAL 1
EINVAL 2097151
EINVAL 2097153
EINVAL 3145729
EINVAL 3145728'
	[pool/backing]='EINVAL 
EINVAL none
EINVAL 0
EINVAL CARVEOUT
EINVAL carveou
EINVAL carveoutx
EINVAL carveout carveout
EINVAL  carveout'
	[pool/mode]='EINVAL 
EINVAL -1
EINVAL junk
EINVAL 8
EINVAL 0668
EINVAL 0x1ff
EINVAL 0o660
EINVAL 660 
EINVAL 660x
EINVAL u=rw
ERANGE 1000
ERANGE 7777777777777777777777777'
	[pool/policy]='EINVAL 
EINVAL -a
EINVAL .a
EINVAL A
EINVAL a b
EINVAL aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
EINVAL a/b
ENOENT none-such
ENOENT aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
	[pool/fault_around]='EINVAL 
EINVAL -1
EINVAL +1
EINVAL junk
EINVAL 1 1
EINVAL 1x
EINVAL 0x
EINVAL 1.5
EINVAL 1e3
ERANGE 0
ERANGE 513'
	[pool/live]='EINVAL 
EINVAL -1
EINVAL +1
EINVAL junk
EINVAL 1 1
EINVAL 1x
EINVAL 0x
EINVAL 1.5
EINVAL 1e3
EINVAL y
EINVAL on
EINVAL true
ERANGE 2
ERANGE 18446744073709551616'
	[pool/revoke]='EINVAL 0
EINVAL 
EINVAL -1
EINVAL +1
EINVAL junk
EINVAL 1 1
EINVAL 1x
EINVAL 0x
EINVAL 1.5
EINVAL 1e3
ERANGE 2
ERANGE 18446744073709551616'
	[policy/algorithm]='EINVAL 
EINVAL none
EINVAL 0
EINVAL FIFO
EINVAL fif
EINVAL fifox
EINVAL fifo fifo
EINVAL  fifo'
	[policy/low]='EINVAL 
EINVAL -1
EINVAL +1
EINVAL junk
EINVAL 1 1
EINVAL 1x
EINVAL 0x
EINVAL 1.5
EINVAL 1e3
ERANGE 0
ERANGE 101'
	[policy/high]='EINVAL 
EINVAL -1
EINVAL +1
EINVAL junk
EINVAL 1 1
EINVAL 1x
EINVAL 0x
EINVAL 1.5
EINVAL 1e3
ERANGE 0
ERANGE 101'
	[policy/granule]='EINVAL 
EINVAL -1
EINVAL +1
EINVAL junk
EINVAL 1 1
EINVAL 1x
EINVAL 0x
EINVAL 1.5
EINVAL 1e3
EINVAL K
EINVAL 4KK
EINVAL 4T
EINVAL 4 K
EINVAL 0x4G0
ERANGE 0
ERANGE 1073741825
EINVAL 1
EINVAL 65535
EINVAL 65537
EINVAL 98305'
	[policy/min_resident_ms]='EINVAL 
EINVAL -1
EINVAL +1
EINVAL junk
EINVAL 1 1
EINVAL 1x
EINVAL 0x
EINVAL 1.5
EINVAL 1e3
ERANGE 86400001'
)

declare -ga KEX_FACTS=(
	region/kind
	region/carveout
	region/size
	region/state
	region/opens
	region/mappings
	region/resident
	region/faults
	region/evictions
	region/restores
	region/cache
	region/phys
	region/evict
	region/hold
	region/restore
	region/users
	window/kind
	window/carveout
	window/size
	window/state
	window/opens
	window/mappings
	window/resident
	window/faults
	window/evictions
	window/restores
	window/cache
	window/evict
	window/hold
	window/restore
	window/users
	pool/kind
	pool/carveout
	pool/size
	pool/state
	pool/opens
	pool/mappings
	pool/resident
	pool/faults
	pool/evictions
	pool/restores
	pool/users
	pool/offset
	pool/capacity
	pool/used
	pool/init_us
	pool/migrated_in
	pool/migrated_out
	pool/fault_pages
	pool/policy_evictions
	pool/evict
)
declare -gA KEX_FACT_TYPE=(
	[region/kind]=word
	[region/carveout]=word
	[region/size]=size
	[region/state]=enum
	[region/opens]=uint
	[region/mappings]=uint
	[region/resident]=size
	[region/faults]=uint
	[region/evictions]=uint
	[region/restores]=uint
	[region/cache]=enum
	[region/phys]=address
	[region/evict]=range
	[region/hold]=range
	[region/restore]=range
	[region/users]=table
	[window/kind]=word
	[window/carveout]=word
	[window/size]=size
	[window/state]=enum
	[window/opens]=uint
	[window/mappings]=uint
	[window/resident]=size
	[window/faults]=uint
	[window/evictions]=uint
	[window/restores]=uint
	[window/cache]=enum
	[window/evict]=range
	[window/hold]=range
	[window/restore]=range
	[window/users]=table
	[pool/kind]=word
	[pool/carveout]=word
	[pool/size]=size
	[pool/state]=enum
	[pool/opens]=uint
	[pool/mappings]=uint
	[pool/resident]=size
	[pool/faults]=uint
	[pool/evictions]=uint
	[pool/restores]=uint
	[pool/users]=table
	[pool/offset]=size
	[pool/capacity]=size
	[pool/used]=size
	[pool/init_us]=uint
	[pool/migrated_in]=uint
	[pool/migrated_out]=uint
	[pool/fault_pages]=uint
	[pool/policy_evictions]=uint
	[pool/evict]=range
)
declare -gA KEX_FACT_MODE=(
	[region/kind]=0444
	[region/carveout]=0444
	[region/size]=0444
	[region/state]=0444
	[region/opens]=0444
	[region/mappings]=0444
	[region/resident]=0444
	[region/faults]=0444
	[region/evictions]=0444
	[region/restores]=0444
	[region/cache]=0444
	[region/phys]=0400
	[region/evict]=0200
	[region/hold]=0200
	[region/restore]=0200
	[region/users]=0440
	[window/kind]=0444
	[window/carveout]=0444
	[window/size]=0444
	[window/state]=0444
	[window/opens]=0444
	[window/mappings]=0444
	[window/resident]=0444
	[window/faults]=0444
	[window/evictions]=0444
	[window/restores]=0444
	[window/cache]=0444
	[window/evict]=0200
	[window/hold]=0200
	[window/restore]=0200
	[window/users]=0440
	[pool/kind]=0444
	[pool/carveout]=0444
	[pool/size]=0444
	[pool/state]=0444
	[pool/opens]=0444
	[pool/mappings]=0444
	[pool/resident]=0444
	[pool/faults]=0444
	[pool/evictions]=0444
	[pool/restores]=0444
	[pool/users]=0440
	[pool/offset]=0444
	[pool/capacity]=0444
	[pool/used]=0444
	[pool/init_us]=0444
	[pool/migrated_in]=0444
	[pool/migrated_out]=0444
	[pool/fault_pages]=0444
	[pool/policy_evictions]=0444
	[pool/evict]=0200
)
declare -gA KEX_FACT_WORDS=(
	[region/state]='resident evicted held'
	[region/cache]='write-back write-combine uncached device'
	[window/state]='resident evicted held'
	[window/cache]='write-back write-combine uncached device'
	[pool/state]='resident evicted held'
)
declare -gA KEX_FACT_COUNTER=(
	[region/kind]=0
	[region/carveout]=0
	[region/size]=0
	[region/state]=0
	[region/opens]=0
	[region/mappings]=0
	[region/resident]=0
	[region/faults]=1
	[region/evictions]=1
	[region/restores]=1
	[region/cache]=0
	[region/phys]=0
	[region/evict]=0
	[region/hold]=0
	[region/restore]=0
	[region/users]=0
	[window/kind]=0
	[window/carveout]=0
	[window/size]=0
	[window/state]=0
	[window/opens]=0
	[window/mappings]=0
	[window/resident]=0
	[window/faults]=1
	[window/evictions]=1
	[window/restores]=1
	[window/cache]=0
	[window/evict]=0
	[window/hold]=0
	[window/restore]=0
	[window/users]=0
	[pool/kind]=0
	[pool/carveout]=0
	[pool/size]=0
	[pool/state]=0
	[pool/opens]=0
	[pool/mappings]=0
	[pool/resident]=0
	[pool/faults]=1
	[pool/evictions]=1
	[pool/restores]=1
	[pool/users]=0
	[pool/offset]=0
	[pool/capacity]=0
	[pool/used]=0
	[pool/init_us]=0
	[pool/migrated_in]=1
	[pool/migrated_out]=1
	[pool/fault_pages]=1
	[pool/policy_evictions]=1
	[pool/evict]=0
)
declare -gA KEX_FACT_GOOD=(
	[region/evict]='- 1
- 0 65536
- 0x0 64K'
	[region/hold]='- 1
- 0 65536
- 0x0 64K'
	[region/restore]='- 1
- 0 65536
- 0x0 64K'
	[window/evict]='- 1
- 0 65536
- 0x0 64K'
	[window/hold]='- 1
- 0 65536
- 0x0 64K'
	[window/restore]='- 1
- 0 65536
- 0x0 64K'
	[pool/evict]='- 1
- 0 65536
- 0x0 64K'
)
declare -gA KEX_FACT_BAD=(
	[region/evict]='EINVAL 
EINVAL 0
EINVAL x
EINVAL -1
EINVAL 1x
EINVAL 2
EINVAL 0 0
EINVAL 0 100
EINVAL 100 65536
EINVAL 0 65536 1
EINVAL 0 65536x
EINVAL 0+65536
EINVAL 0 -65536
EINVAL 0,65536
ERANGE 0 2G
ERANGE 1G 65536
ERANGE 18446744073709486080 131072
ERANGE 0 18446744073709551616'
	[region/hold]='EINVAL 
EINVAL 0
EINVAL x
EINVAL -1
EINVAL 1x
EINVAL 2
EINVAL 0 0
EINVAL 0 100
EINVAL 100 65536
EINVAL 0 65536 1
EINVAL 0 65536x
EINVAL 0+65536
EINVAL 0 -65536
EINVAL 0,65536
ERANGE 0 2G
ERANGE 1G 65536
ERANGE 18446744073709486080 131072
ERANGE 0 18446744073709551616'
	[region/restore]='EINVAL 
EINVAL 0
EINVAL x
EINVAL -1
EINVAL 1x
EINVAL 2
EINVAL 0 0
EINVAL 0 100
EINVAL 100 65536
EINVAL 0 65536 1
EINVAL 0 65536x
EINVAL 0+65536
EINVAL 0 -65536
EINVAL 0,65536
ERANGE 0 2G
ERANGE 1G 65536
ERANGE 18446744073709486080 131072
ERANGE 0 18446744073709551616'
	[window/evict]='EINVAL 
EINVAL 0
EINVAL x
EINVAL -1
EINVAL 1x
EINVAL 2
EINVAL 0 0
EINVAL 0 100
EINVAL 100 65536
EINVAL 0 65536 1
EINVAL 0 65536x
EINVAL 0+65536
EINVAL 0 -65536
EINVAL 0,65536
ERANGE 0 2G
ERANGE 1G 65536
ERANGE 18446744073709486080 131072
ERANGE 0 18446744073709551616'
	[window/hold]='EINVAL 
EINVAL 0
EINVAL x
EINVAL -1
EINVAL 1x
EINVAL 2
EINVAL 0 0
EINVAL 0 100
EINVAL 100 65536
EINVAL 0 65536 1
EINVAL 0 65536x
EINVAL 0+65536
EINVAL 0 -65536
EINVAL 0,65536
ERANGE 0 2G
ERANGE 1G 65536
ERANGE 18446744073709486080 131072
ERANGE 0 18446744073709551616'
	[window/restore]='EINVAL 
EINVAL 0
EINVAL x
EINVAL -1
EINVAL 1x
EINVAL 2
EINVAL 0 0
EINVAL 0 100
EINVAL 100 65536
EINVAL 0 65536 1
EINVAL 0 65536x
EINVAL 0+65536
EINVAL 0 -65536
EINVAL 0,65536
ERANGE 0 2G
ERANGE 1G 65536
ERANGE 18446744073709486080 131072
ERANGE 0 18446744073709551616'
	[pool/evict]='EINVAL 
EINVAL 0
EINVAL x
EINVAL -1
EINVAL 1x
EINVAL 2
EINVAL 0 0
EINVAL 0 100
EINVAL 100 65536
EINVAL 0 65536 1
EINVAL 0 65536x
EINVAL 0+65536
EINVAL 0 -65536
EINVAL 0,65536
ERANGE 0 2G
ERANGE 1G 65536
ERANGE 18446744073709486080 131072
ERANGE 0 18446744073709551616'
)

declare -ga KEX_FEATURES=(region evict revoke scrub populate-lazy sync users hold hole poll window huge trace pool)
declare -ga KEX_FEATURES_OPTIONAL=(huge pool)
