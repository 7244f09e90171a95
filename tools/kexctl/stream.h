/* SPDX-License-Identifier: GPL-2.0-only */
/* What monitor and page watch share: lines that come as things happen, and their limits. */
#ifndef KEXCTL_STREAM_H
#define KEXCTL_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd.h"

uint64_t stream_now_us(void);
uint64_t stream_later_us(uint64_t now, uint64_t us);
int stream_wait_ms(uint64_t us);
enum status stream_count(const struct cmd_args *args, const char *who, uint64_t *count);
enum status stream_period(const struct cmd_args *args, const char *who, const char *option,
			  uint64_t *us);
enum status stream_stdout(const char *who);
bool stream_wait(int fd, int signals, int ms);

#endif /* KEXCTL_STREAM_H */
