// SPDX-License-Identifier: GPL-2.0-only
/* Open the node of a region that was named, and see what of it was meant. */
#include <errno.h>

#include "span.h"

/**
 * span_open - find a region and open its node
 * @span: out: item and dev; to be shut whatever is returned
 * @name: the region
 * @verb: what a message calls it
 * @write: whether its bytes are to be changed
 * Return: DONE, or another status after a message.
 */
enum status span_open(struct span *span, const char *name, const char *verb, bool write)
{
	enum status status;
	int err;

	span->dev.fd = -1;
	status = item_find(&kind_region, name, &span->item);
	if (status)
		return status;
	status = must_be_live(&span->item, verb);
	if (status)
		return status;
	err = dev_open(name, write, &span->dev);
	return err ? refused_node(&span->item, verb, err) : DONE;
}

/**
 * span_shut - close the node and forget the region
 * @span: from span_open(), or zeroed but for dev.fd, which is -1
 */
void span_shut(struct span *span)
{
	dev_close(&span->dev);
	item_close(&span->item);
}

/**
 * span_check - whether what is meant lies inside
 * @span: open, with off and len
 * @what: such as "range"
 * @typed: what a message calls it
 * Return: DONE, or REFUSED after a message.
 */
enum status span_check(const struct span *span, const char *what, const char *typed)
{
	if (span->off <= span->dev.size && span->len <= span->dev.size - span->off)
		return DONE;
	return refused_range(&span->item, what, typed, ERANGE);
}
