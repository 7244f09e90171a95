/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/iomem: what the kernel knows of physical memory, and who has claimed it. */
#ifndef KEXCTL_IOMEM_H
#define KEXCTL_IOMEM_H

#include "tree.h"

struct iomem_line {
	struct extent extent;
	unsigned int depth;
	char *name;
};

struct iomem {
	struct iomem_line *lines;
	size_t count;
};

bool iomem_parse(char *text, struct iomem *list);
void iomem_free(struct iomem *list);
bool iomem_blank(const struct iomem *list);
bool iomem_is_ram(const struct iomem *list, const struct extent *extent);
bool iomem_is_reserved(const struct iomem *list, const struct extent *extent);
const char *iomem_holder(const struct iomem *list, const struct extent *extent, const char *but,
			 bool around);

bool iomem_read(struct iomem *list);
bool iomem_is_hidden(void);

#endif /* KEXCTL_IOMEM_H */
