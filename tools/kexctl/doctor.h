/* SPDX-License-Identifier: GPL-2.0-only */
/* What is right with this machine, what is not, and how to mend it. */
#ifndef KEXCTL_DOCTOR_H
#define KEXCTL_DOCTOR_H

#include "iomem.h"
#include "tree.h"

enum verdict {
	VERDICT_OK,
	VERDICT_WARN,		/* something is missing that one can do without */
	VERDICT_FAIL,		/* something cannot work */
};

struct finding {
	enum verdict verdict;
	const char *check;	/* not copied */
	char *subject;		/* a node, a file; or NULL */
	char *text;
	char *fix;		/* or NULL */
};

struct findings {
	struct finding *items;
	size_t count;
};

/* doctor.c */
void finding(struct findings *list, enum verdict verdict, const char *check, const char *subject,
	     const char *fix, const char *fmt, ...) PRINTF(6, 7);
void finding_fixed_by(struct findings *list, const char *fmt, ...) PRINTF(2, 3);

/* doctor-system.c */
bool doctor_module_loaded(void);
void doctor_system(struct findings *list);

/* doctor-tree.c */
void doctor_tree(struct findings *list);

/* doctor-memory.c: what is wrong with the memory of a carve-out */
struct claim {
	char *node;		/* the carve-out */
	char *by;		/* where the memory stands: a reserved node, or the carve-out */
	struct extent extent;
	bool bound;
};

struct memory {
	struct findings *list;
	const struct strings *nodes;
	struct iomem iomem;	/* empty: not for this user */
	struct claim *claims;
	size_t count;
	bool root_wrong;	/* of reserved memory, so that the kernel took none */
};

void memory_look_at_root(struct memory *memory);
void memory_look(struct memory *memory, const char *node);
void memory_overlaps(struct memory *memory, const char *node);

/* doctor-bind.c */
void doctor_bind(struct findings *list, const char *node, bool wrong);
bool doctor_is_bound(const char *node);
bool doctor_is_refused(const char *node);

#endif /* KEXCTL_DOCTOR_H */
