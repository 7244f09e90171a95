/* SPDX-License-Identifier: GPL-2.0-only */
/* Pictures of carve-outs: in characters, or as SVG. */
#ifndef KEXCTL_DRAW_H
#define KEXCTL_DRAW_H

#include <stdio.h>

#include "scene.h"

/* What a terminal can show */
struct canvas {
	unsigned int width;
	bool colour;
	bool utf8;
};

/* draw.c */
void draw_scene(FILE *to, const struct scene *scene, const struct canvas *canvas);
void draw_legend(FILE *to, const struct scenes *scenes, const struct canvas *canvas);

/* svg.c */
void svg_draw(FILE *to, const struct scenes *scenes);

#endif /* KEXCTL_DRAW_H */
