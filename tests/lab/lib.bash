# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Shared by the lab's programs: where things are, and Debian packages of other
# suites and architectures without touching this machine's own apt.
#
# A "set" is a named list of packages that is unpacked together. What the
# newest packages of a set are is an answer that is kept for a day:
#
#   answers/SET.ASKED  URI SHA256 SIZE NAME per line; ASKED is made of the
#                      function that asked, which other checkouts may have changed
#   debs/NAME.deb      downloads, renamed into place only after their checksum held
#   sets/SET/KEY/      unpacked, KEY is made of the packages' checksums and of
#                      the recipe that finishes the folder, again by rename
#
# So a cut download or a killed run leaves nothing that could be mistaken for
# whole, and a full cache needs no network.

PATH+=:/usr/sbin:/sbin # depmod, modprobe: not on an ordinary user's path
lab_self=${0##*/}
lab_dir=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
# shellcheck disable=SC2034 # for the programs that read this file
lab_repo=${lab_dir%/tests/lab}
lab_cache=${XDG_CACHE_HOME:-$HOME/.cache}/kex-lab
lab_max_age=$((24 * 3600))	# seconds before an answer is asked for anew
lab_retry_age=3600		# the same after the mirror could not be reached
lab_arch=$(dpkg --print-architecture)

lab_say() {
	printf 'kex-lab: %s\n' "$*" >&2
}

# 125 as in env(1) and timeout(1): not the command failed, but we.
lab_die() {
	printf '%s: %s\n' "$lab_self" "$*" >&2
	exit 125
}

# --- where packages come from ------------------------------------------------

# One line "SUITE URI" per suite of the binary package sources in FILE...,
# whichever of apt's two formats they are in.
lab_sources() {
	local file
	for file; do
		case $file in
		*.sources) lab_sources_deb822 <"$file" ;;
		*.list) lab_sources_oneline <"$file" ;;
		esac
	done
}

lab_sources_oneline() {
	# deb [ options ] URI suite components...
	sed -nE 's/[[:space:]]+/ /g; s/#.*//; s/^ ?deb (\[[^]]*\] ?)?([^ ]+) ([^ ]+).*/\3 \2/p'
}

lab_sources_deb822() {
	awk '
	function flush(   i, j, u, s) {
		if (types ~ /(^| )deb( |$)/ && enabled !~ /^(no|false|0|off)$/)
			for (j = split(suites, s, " "); j > 0; j--)
				for (i = split(uris, u, " "); i > 0; i--)
					print s[j], u[i]
		types = suites = uris = enabled = key = ""
	}
	/^#/ { next }
	/^[ \t]*$/ { flush(); next }
	{
		value = $0
		if ($0 !~ /^[ \t]/) {
			key = tolower($0); sub(/:.*/, "", key)
			sub(/^[^:]*:/, "", value)
		}
		gsub(/[ \t]+/, " ", value); sub(/^ /, "", value); sub(/ $/, "", value)
		if (key == "types") types = types " " value
		else if (key == "suites") suites = suites " " value
		else if (key == "uris") uris = uris " " value
		else if (key == "enabled") enabled = tolower(value)
	}
	END { flush() }'
}

# The mirror that this machine uses, from "SUITE URI" lines. $1 is a pattern of
# suite names, best match first in the input wins.
lab_pick_mirror() {
	local suite uri
	while read -r suite uri; do
		# shellcheck disable=SC2053 # a pattern
		[[ $suite == $1 ]] || continue
		# Cloud images name a file with mirrors, best first.
		if [[ $uri == mirror+file:* ]]; then
			uri=$(awk '!/^#/ && NF { print $1; exit }' "${uri#mirror+file:}")
		fi
		[[ $uri == http* || $uri == file:* || $uri == copy:* ]] || continue
		printf '%s\n' "${uri%/}"
		return
	done
	return 1
}

lab_host_sources() {
	local List='' Parts='' f
	eval "$(apt-config shell List Dir::Etc::sourcelist/f Parts Dir::Etc::sourceparts/d)"
	for f in "$List" "$Parts"/*.list "$Parts"/*.sources; do
		[[ ! -r $f ]] || lab_sources "$f"
	done
}

# Writes the private apt configuration: own lists, own cache, no dpkg status,
# nothing of this machine's apt but its proxy and login settings.
lab_apt_config() {
	local a=$lab_cache/apt sources main security suite keyring
	sources=$(lab_host_sources)
	# shellcheck source=/dev/null
	suite=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME-}")
	main=${KEX_MIRROR-}
	if [[ -z $main ]]; then
		main=$(lab_pick_mirror "${suite:-none}" <<<"$sources") ||
			main=$(lab_pick_mirror '@(bookworm|trixie|stable|oldstable|testing|sid|unstable)' <<<"$sources") ||
			lab_die "no Debian mirror in this machine's apt sources; give one: KEX_MIRROR=http://…/debian"
		# A mirror of the security suites is used where there is one.
		security=$(lab_pick_mirror '*-security' <<<"$sources") || security=
	fi
	keyring=/usr/share/keyrings/debian-archive-keyring
	[[ -e $keyring.pgp ]] && keyring+=.pgp || keyring+=.gpg

	mkdir -p "$a"/{lists/partial,archives/partial}
	local opts="[arch=amd64,arm64 signed-by=$keyring]"
	{
		for suite in bookworm bookworm-updates trixie trixie-updates trixie-backports; do
			echo "deb $opts ${main%/} $suite main"
		done
		for suite in ${security:+bookworm-security trixie-security}; do
			echo "deb $opts $security $suite main"
		done
	} >"$a/sources.list.new"
	{
		cat <<-END
		Dir::State "$a";
		Dir::State::status "/dev/null";
		Dir::Cache "$a";
		Dir::Etc::sourcelist "$a/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		Dir::Etc::preferences "/dev/null";
		Dir::Etc::preferencesparts "/dev/null";
		Dir::Etc::parts "/dev/null";
		Dir::Etc::main "/dev/null";
		APT::Architecture "amd64";
		APT::Architectures { "amd64"; "arm64"; };
		APT::Sandbox::User "";
		APT::Update::Error-Mode "any";
		Acquire::Languages "none";
		Acquire::PDiffs "false";
		Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
		Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
		Acquire::Retries "2";
		Acquire::http::Timeout "20";
		Acquire::https::Timeout "20";
		END
		apt-config dump | grep -E '^Acquire::(https?|ftp)::' | grep -v ' "";$' || [[ $? == 1 ]]
	} >"$a/apt.conf.new"
	# Other sources make the lists of before worthless.
	cmp -s "$a/sources.list.new" "$a/sources.list" || rm -f "$a/stamp"
	mv "$a/sources.list.new" "$a/sources.list"
	mv "$a/apt.conf.new" "$a/apt.conf"
	export APT_CONFIG=$a/apt.conf
}

# Age in seconds of FILE, or a large number where there is none.
lab_age() {
	local mtime
	mtime=$(stat -c %Y "$1" 2>/dev/null) || mtime=0
	printf '%s' $((EPOCHSECONDS - mtime))
}

# Package lists not older than half a day, under a lock of their own. A mirror
# that could not be reached is left alone for a while by those who can do
# without, $1 = 1.
lab_update_lists() {
	local a=$lab_cache/apt fd rc=0
	mkdir -p "$a"
	exec {fd}>"$a/lock"
	flock "$fd"
	lab_apt_config
	if (($(lab_age "$a/stamp") > lab_max_age / 2)); then
		if (($1 && $(lab_age "$a/failed") < lab_retry_age)); then
			rc=1
		else
			lab_say "reading the package lists of bookworm and trixie ($(sed -n 's/^deb \[[^]]*\] \([^ ]*\).*/\1/p;q' "$a/sources.list"))"
			if apt-get -qq update >"$a/log" 2>&1 </dev/null; then
				touch "$a/stamp"
			else
				head -n 3 "$a/log" | sed 's/^/kex-lab:   /' >&2
				touch "$a/failed"
				rc=1
			fi
		fi
	fi
	exec {fd}>&-
	return $rc
}

# --- which packages ----------------------------------------------------------

# SPEC is NAME[:ARCH]/SUITE; NAME may hold * and [0-9], then the newest version
# of all that match is taken. Prints "URI SHA256 SIZE NAME_VERSION_ARCH PACKAGE
# VERSION" for each SPEC; fails when one has no package.
lab_resolve() {
	local spec name arch suite hits best v
	local -a lists
	declare -A files=()
	# shellcheck disable=SC2016 # apt expands them
	while read -r v name; do
		files[$v]+=" $name"
	done < <(apt-get indextargets --format '$(CODENAME)/$(ARCHITECTURE) $(FILENAME) $(REPO_URI)' \
		'Created-By: Packages' | sed -E 's/ ([^ ]*) ([^ ]*)$/ \1|\2/')
	for spec; do
		suite=${spec##*/} name=${spec%/*} arch=$lab_arch
		if [[ $name == *:* ]]; then
			arch=${name##*:} name=${name%:*}
		fi
		lists=()
		for v in "$suite" "$suite-updates" "$suite-security"; do
			read -ra hits <<<"${files[$v/$arch]-}"
			lists+=("${hits[@]}")
		done
		best=$(lab_newest "$name" "${lists[@]}")
		if [[ -z $best ]]; then
			lab_say "no package '$name' for $arch in $suite"
			return 1
		fi
		printf '%s\n' "$best"
	done
}

# The newest version of packages whose name matches the glob $1, in FILE|URI...
lab_newest() {
	local re=$1 v=0 best='' line list version
	shift
	re=${re//./\\.}
	re=${re//+/\\+}
	re=${re//\*/.*}
	while read -r line; do
		version=${line##* }
		if dpkg --compare-versions "$version" gt "$v"; then
			v=$version best=$line
		fi
	done < <(for list; do
		# awk reads paragraphs, so that a field's place does not matter.
		LC_ALL=C awk -v re="^Package: $re\$" -v uri="${list#*|}" '
			/^Package: / { on = $0 ~ re; p = $2; next }
			!on { next }
			/^Version: / { v = $2 }
			/^Architecture: / { a = $2 }
			/^Filename: / { f = $2 }
			/^Size: / { s = $2 }
			/^SHA256: / { h = $2 }
			/^$/ { emit() }
			END { emit() }
			function emit() {
				if (!on) return
				n = v; sub(/^[0-9]+:/, "", n)
				sub(/\/$/, "", uri)
				print uri "/" f, h, s, p "_" n "_" a, p, v
				on = 0
			}' "${list%|*}"
	done)
	printf '%s' "$best"
}

# --- download and unpack -----------------------------------------------------

lab_mb() {
	printf '%d.%d MB' $(($1 / 1000000)) $(($1 / 100000 % 10))
}

# Fetches what is not in the cache of the packages that answer file $1 names.
lab_download() {
	local uri sha size name _ deb todo=() sum=0 n=0
	mkdir -p "$lab_cache/debs"
	while read -r uri sha size name _; do
		[[ -e $lab_cache/debs/$name.deb ]] && continue
		todo+=("$uri $sha $size $name")
		sum=$((sum + size))
	done <"$1"
	((${#todo[@]})) || return 0
	lab_say "$2: ${#todo[@]} packages, $(lab_mb $sum)"
	for _ in "${todo[@]}"; do
		read -r uri sha size name <<<"$_"
		n=$((n + 1))
		deb=$lab_cache/debs/$name.deb
		((size < 5000000)) || lab_say "  $n/${#todo[@]} $name ($(lab_mb "$size"))"
		lab_get "$uri" "$sha" "$deb" || return 1
	done
}

# Downloads URI with checksum SHA256 to FILE, which appears whole or not at all.
lab_get() {
	local uri=$1 sha=$2 file=$3 tmp
	tmp=$file.$BASHPID.part
	# file: would leave a link to something that may vanish
	[[ $uri == file:* ]] && uri=copy:${uri#file:}
	if ! /usr/lib/apt/apt-helper -qq download-file "$uri" "$tmp" "SHA256:$sha" \
		>"$tmp.log" 2>&1 </dev/null; then
		sed 's/^/kex-lab:   /' "$tmp.log" >&2
		rm -f "$tmp" "$tmp.log" "$tmp".*
		return 1
	fi
	rm -f "$tmp.log"
	if ! sha256sum --status -c <<<"$sha  $tmp"; then
		lab_say "  $uri: wrong checksum"
		rm -f "$tmp"
		return 1
	fi
	touch "$tmp" # apt gave it the mirror's time
	mv "$tmp" "$file"
}

# Downloads that no set consists of any more, after two weeks, and the parts
# that killed runs have left.
lab_prune_debs() {
	local file name
	while read -r file; do
		name=${file##*/}
		grep -qsF " ${name%.deb} " "$lab_cache"/answers/* || rm -f "$file"
	done < <(find "$lab_cache/debs" -type f -mtime +14)
}

# All packages of answer file $1 into folder $2, with /bin, /sbin and /lib
# merged into /usr as on an installed system.
lab_unpack() {
	local name _ d
	mkdir -p "$2/usr"/{bin,sbin,lib}
	for d in bin sbin lib; do
		ln -s "usr/$d" "$2/$d"
	done
	while read -r _ _ _ name _; do
		dpkg-deb --fsys-tarfile "$lab_cache/debs/$name.deb" |
			tar -x -C "$2" --keep-directory-symlink --no-same-owner || return 1
	done <"$1"
}

# The file for the answer to function $2, of set $1.
lab_answer() {
	local asked
	asked=$({ declare -f "$2" || :; } | sha256sum)
	printf '%s/answers/%s.%s' "$lab_cache" "$1" "${asked:0:8}"
}

# Where there is no answer $2 for set $1 yet, the last one to another question
# will do until the mirror has been asked, or if it cannot be.
lab_adopt_answer() {
	local f last=''
	[[ ! -e $2 ]] || return 0
	for f in "$lab_cache/answers/$1" "$lab_cache/answers/$1".????????; do
		[[ ! -e $f || $f -ot $last ]] || last=$f
	done
	[[ -n $last ]] || return 0
	cp "$last" "$2"
	touch -d @0 "$2"
}

# lab_set NAME WANT FINISH: prints the folder of set NAME. The function WANT
# prints its SPECs, one a line, called with package lists at hand; FINISH is called with
# the unpacked folder and the path that it will have in the end.
lab_set() {
	local set=$1 want=$2 finish=$3 answer dir fd fresh=1 former=0 tmp names
	answer=$(lab_answer "$set" "$want")
	if (($(lab_age "$answer") < lab_max_age)); then
		dir=$(lab_set_dir "$set" "$finish" "$answer")
		if [[ -d $dir ]]; then
			printf '%s\n' "$dir"
			return
		fi
	fi

	mkdir -p "$lab_cache"/{answers,sets/"$set"}
	exec {fd}>"$lab_cache/answers/.$set.lock"
	if ! flock -n "$fd"; then
		lab_say "$set: another run is fetching it, waiting"
		flock "$fd"
	fi
	if (($(lab_age "$answer") >= lab_max_age)); then
		lab_adopt_answer "$set" "$answer"
		tmp=$answer.$BASHPID
		[[ ! -e $answer ]] || former=1
		# Subshell: APT_CONFIG must not leak into what the caller runs.
		if (
			lab_update_lists $former || exit 1
			names=$($want) || exit 1
			# Not as words: names may hold stars.
			mapfile -t names <<<"$names"
			lab_resolve "${names[@]}" >"$tmp" || exit 1
			lab_download "$tmp" "$set"
		); then
			mv "$tmp" "$answer"
		else
			rm -f "$tmp"
			fresh=0
			((former)) ||
				lab_die "$set: cannot be fetched, and there is no former copy in $lab_cache"
			lab_say "$set: cannot ask the mirror, using what was fetched before"
			touch -d "@$((EPOCHSECONDS - lab_max_age + lab_retry_age))" "$answer"
		fi
	fi
	dir=$(lab_set_dir "$set" "$finish" "$answer")
	if [[ ! -d $dir ]]; then
		if ((fresh)); then
			(
				mkdir -p "$lab_cache/apt"
				lab_apt_config
				lab_download "$answer" "$set"
			) || lab_die "$set: download failed"
		fi
		lab_say "$set: unpacking"
		tmp=$dir.$BASHPID.tmp
		rm -rf "$lab_cache/sets/$set"/*.tmp # of killed runs: the lock is ours
		lab_unpack "$answer" "$tmp" || lab_die "$set: unpacking failed"
		$finish "$tmp" "$dir" || lab_die "$set: preparing failed"
		touch "$tmp" # a package gave it a time of its own
		mv "$tmp" "$dir"
		# Whoever still used what this replaces has ended long ago.
		find "$lab_cache/sets/$set" -mindepth 1 -maxdepth 1 ! -path "$dir" -mtime +14 -exec rm -rf {} +
		lab_prune_debs
	fi
	exec {fd}>&-
	printf '%s\n' "$dir"
}

# The key holds the cache's path too: finished folders name themselves by it.
# $lab_set_extra is what else a set is made of.
lab_set_dir() {
	local key
	key=$({
		printf '%s\n' "$lab_cache"
		cut -d' ' -f2 "$3"
		declare -f lab_unpack "$2"
		printf '%s' "${lab_set_extra-}"
	} | sha256sum)
	printf '%s/sets/%s/%s' "$lab_cache" "$1" "${key:0:16}"
}
