// SPDX-License-Identifier: GPL-2.0-only
/*
 * kexpte: shows a page-table entry of the process that asks, and locks its pages
 *
 * A read of /dev/kexpte at an address's own offset (pread) gives one line
 * about the entry of that address, or "none":
 *
 *   type=MT_NORMAL access=rw age=young dirt=dirty exec=no level=pte raw=0x…
 *
 * At the offset of a kernel address, less the top bit, which an offset has not:
 * the kernel's own entry of that address.
 *
 * What is found is the hardware's and the kernel's, by a walk of its own:
 * nothing here knows of the driver. It changes nothing.
 *
 * A write at an address's own offset locks its page, as the kernel does while it
 * works on one, until the file is closed.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/pgtable.h>
#include <linux/sched.h>

#include <asm/memory.h>
#include <asm/pgtable-hwdef.h>
#include <asm/sysreg.h>

#define KEXPTE_LINE	160

/* A memory type: the kernel's number for it, and what the CPU makes of that */
static const struct {
	const char *name;
	unsigned int index;
	u8 mair;
} kexpte_types[] = {
	{ "MT_NORMAL", MT_NORMAL, MAIR_ATTR_NORMAL },
	{ "MT_NORMAL_NC", MT_NORMAL_NC, MAIR_ATTR_NORMAL_NC },
	{ "MT_DEVICE_nGnRnE", MT_DEVICE_nGnRnE, MAIR_ATTR_DEVICE_nGnRnE },
	{ "MT_DEVICE_nGnRE", MT_DEVICE_nGnRE, MAIR_ATTR_DEVICE_nGnRE },
};

static const char *kexpte_type(u64 raw)
{
	unsigned int index = (raw & PTE_ATTRINDX_MASK) >> 2;
	u8 mair = read_sysreg(mair_el1) >> (index * 8);
	int i;

	for (i = 0; i < ARRAY_SIZE(kexpte_types); i++)
		if (kexpte_types[i].index == index && kexpte_types[i].mair == mair)
			return kexpte_types[i].name;
	return "unknown";
}

/* PTE_WRITE is also DBM: with PTE_RDONLY the first write has to clear it */
static const char *kexpte_access(u64 raw)
{
	if (!(raw & PTE_USER))
		return "kernel";
	if (!(raw & PTE_RDONLY))
		return raw & PTE_WRITE ? "rw" : "odd";
	return raw & PTE_WRITE ? "rw-first-traps" : "ro";
}

static int kexpte_print(char *line, u64 raw, const char *level)
{
	if (!(raw & PTE_VALID))
		return scnprintf(line, KEXPTE_LINE, "none\n");
	return scnprintf(line, KEXPTE_LINE,
			 "type=%s access=%s age=%s dirt=%s exec=%s level=%s raw=%#llx\n",
			 kexpte_type(raw), kexpte_access(raw),
			 raw & PTE_AF ? "young" : "old",
			 pte_dirty(__pte(raw)) ? "dirty" : "clean",
			 raw & PTE_UXN ? "no" : "yes", level, raw);
}

/* No table goes away: the caller's own mm's, or those of a mapping that stays */
static int kexpte_walk(pgd_t *pgd, unsigned long addr, char *line)
{
	p4d_t *p4d;
	pud_t *pud, pud_value;
	pmd_t *pmd, pmd_value;

	if (pgd_none(READ_ONCE(*pgd)))
		return kexpte_print(line, 0, "pgd");
	p4d = p4d_offset(pgd, addr);
	if (p4d_none(READ_ONCE(*p4d)))
		return kexpte_print(line, 0, "p4d");
	pud = pud_offset(p4d, addr);
	pud_value = READ_ONCE(*pud);
	if (pud_none(pud_value) || pud_leaf(pud_value))
		return kexpte_print(line, pud_val(pud_value), "pud");
	pmd = pmd_offset(pud, addr);
	pmd_value = READ_ONCE(*pmd);
	if (pmd_none(pmd_value) || pmd_leaf(pmd_value))
		return kexpte_print(line, pmd_val(pmd_value), "pmd");
	return kexpte_print(line, pte_val(READ_ONCE(*pte_offset_kernel(pmd, addr))), "pte");
}

/* What the CPU translates kernel addresses by: init_mm is not exported */
static pgd_t *kexpte_kernel_pgd(void)
{
	return phys_to_virt(read_sysreg(ttbr1_el1) & GENMASK(47, PAGE_SHIFT));
}

static ssize_t kexpte_read(struct file *file, char __user *ubuf, size_t count, loff_t *pos)
{
	struct mm_struct *mm = current->mm;
	char line[KEXPTE_LINE];
	unsigned long addr;
	int len;

	if (*pos < 0)
		return -EINVAL;
	if (*pos >= TASK_SIZE) {
		addr = *pos | BIT(63);
		len = kexpte_walk(pgd_offset_pgd(kexpte_kernel_pgd(), addr), addr, line);
	} else {
		mmap_read_lock(mm);
		len = kexpte_walk(pgd_offset(mm, *pos), *pos, line);
		mmap_read_unlock(mm);
	}
	if (count < len)
		return -EINVAL;
	return copy_to_user(ubuf, line, len) ? -EFAULT : len;
}

static int kexpte_open(struct inode *inode, struct file *file)
{
	file->private_data = NULL;
	return 0;
}

static ssize_t kexpte_write(struct file *file, const char __user *ubuf, size_t count,
			    loff_t *pos)
{
	struct page *page;
	int ret;

	if (file->private_data)
		return -EBUSY;
	ret = get_user_pages_fast(*pos & PAGE_MASK, 1, 0, &page);
	if (ret < 1)
		return ret ?: -EFAULT;
	lock_page(page);
	file->private_data = page;
	return count;
}

static int kexpte_release(struct inode *inode, struct file *file)
{
	struct page *page = file->private_data;

	if (page) {
		unlock_page(page);
		put_page(page);
	}
	return 0;
}

static const struct file_operations kexpte_fops = {
	.owner	 = THIS_MODULE,
	.open	 = kexpte_open,
	.read	 = kexpte_read,
	.write	 = kexpte_write,
	.release = kexpte_release,
};

static struct miscdevice kexpte_device = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "kexpte",
	.fops	= &kexpte_fops,
	.mode	= 0600,
};
module_misc_device(kexpte_device);

MODULE_DESCRIPTION("Shows a page-table entry of the process that asks, and locks its pages");
MODULE_LICENSE("GPL");
