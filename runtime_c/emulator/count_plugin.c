/*
 * A QEMU TCG plugin for the host: counts executed instructions between marks.
 *
 * arguments: marks=FILE (lines "address kind number", in hex and decimal), out=FILE.
 * Written at exit: "count NUMBER CALLS MIN MAX TOTAL" for each pair of marks, and
 * "step LAYER TOTAL" for each layer that the region 0 went through (-1: before the first).
 *
 * A translated block adds its length when it starts. A mark inside it subtracts the rest,
 * so counts are exact as long as no block is left early, by a fault or a device.
 *
 * Only functions that all plugin interfaces since QEMU 6 share are used; they are declared
 * here because distributions do not ship the header.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef PLUGIN_INTERFACE
#define PLUGIN_INTERFACE 1
#endif

struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef uint64_t plugin_id;
typedef void (*execute_callback)(unsigned int core, void *data);

extern void qemu_plugin_register_vcpu_tb_trans_cb(
    plugin_id id, void (*callback)(plugin_id, struct qemu_plugin_tb *));
extern void qemu_plugin_register_vcpu_tb_exec_cb(
    struct qemu_plugin_tb *block, execute_callback callback, int flags, void *data);
extern void qemu_plugin_register_vcpu_insn_exec_cb(
    struct qemu_plugin_insn *insn, execute_callback callback, int flags, void *data);
extern void qemu_plugin_register_atexit_cb(
    plugin_id id, void (*callback)(plugin_id, void *), void *data);
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
extern struct qemu_plugin_insn *qemu_plugin_tb_get_insn(
    const struct qemu_plugin_tb *block, size_t index);
extern uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

#define EXPORT __attribute__((visibility("default")))
EXPORT int qemu_plugin_version = PLUGIN_INTERFACE;

#define REGIONS 256
#define LAYERS 65536

enum { BEGIN, END, STEP };

typedef struct {
    uint32_t address;
    int32_t kind;
    int32_t number;
} mark;

/* A mark in a translated block, and how many of its instructions follow. */
typedef struct {
    const mark *at;
    uint64_t rest;
} use;

typedef struct {
    uint64_t begin, calls, min, max, total;
    int open;
} region;

static mark *marks;
static size_t mark_count;
static uint64_t executed;
static region regions[REGIONS];
static uint64_t steps[LAYERS + 1]; /* steps[0]: before the first layer */
static uint64_t step_begin;
static int32_t layer;
static const char *out_path;

static void close_step(uint64_t now) {
    steps[layer + 1] += now - step_begin;
    step_begin = now;
}

static void reach(unsigned int core, void *data) {
    const use *const here = data;
    const uint64_t now = executed - here->rest;
    region *const counted = &regions[here->at->number % REGIONS];
    (void)core;
    switch (here->at->kind) {
    case BEGIN:
        counted->begin = now;
        counted->open = 1;
        if (here->at->number == 0) {
            step_begin = now;
            layer = -1;
        }
        break;
    case END:
        if (counted->open) {
            const uint64_t spent = now - counted->begin;
            counted->open = 0;
            counted->min = counted->calls++ && counted->min < spent ? counted->min : spent;
            counted->max = counted->max > spent ? counted->max : spent;
            counted->total += spent;
            if (here->at->number == 0) {
                close_step(now);
            }
        }
        break;
    default:
        if (regions[0].open) {
            close_step(now);
            layer = here->at->number;
        }
    }
}

static void enter(unsigned int core, void *data) {
    (void)core;
    executed += (uintptr_t)data;
}

static void translate(plugin_id id, struct qemu_plugin_tb *block) {
    const size_t length = qemu_plugin_tb_n_insns(block);
    (void)id;
    qemu_plugin_register_vcpu_tb_exec_cb(block, enter, 0, (void *)(uintptr_t)length);
    for (size_t i = 0; i < length; i++) {
        struct qemu_plugin_insn *const insn = qemu_plugin_tb_get_insn(block, i);
        const uint64_t address = qemu_plugin_insn_vaddr(insn);
        for (size_t k = 0; k < mark_count; k++) {
            if (marks[k].address == address) {
                use *const found = malloc(sizeof *found);
                *found = (use){&marks[k], length - i};
                qemu_plugin_register_vcpu_insn_exec_cb(insn, reach, 0, found);
            }
        }
    }
}

static void finish(plugin_id id, void *data) {
    FILE *const out = fopen(out_path, "w");
    (void)id;
    (void)data;
    if (out == NULL) {
        perror(out_path);
        return;
    }
    fprintf(out, "executed %" PRIu64 "\n", executed);
    for (int i = 0; i < REGIONS; i++) {
        if (regions[i].calls) {
            fprintf(out, "count %d %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", i,
                    regions[i].calls, regions[i].min, regions[i].max, regions[i].total);
        }
    }
    for (int i = 0; i <= LAYERS; i++) {
        if (steps[i]) {
            fprintf(out, "step %d %" PRIu64 "\n", i - 1, steps[i]);
        }
    }
    fclose(out);
}

static int read_marks(const char *path) {
    FILE *const in = fopen(path, "r");
    mark next;
    if (in == NULL) {
        perror(path);
        return -1;
    }
    while (fscanf(in, "%" SCNx32 " %" SCNd32 " %" SCNd32, &next.address, &next.kind,
                  &next.number) == 3) {
        if (next.number < 0 || next.number >= (next.kind == STEP ? LAYERS : REGIONS)) {
            fprintf(stderr, "%s: mark %d is out of range\n", path, (int)next.number);
            return -1;
        }
        marks = realloc(marks, (mark_count + 1) * sizeof *marks);
        marks[mark_count++] = next;
    }
    fclose(in);
    return 0;
}

EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv) {
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], "marks=", 6) == 0 && read_marks(argv[i] + 6)) {
            return -1;
        }
        if (strncmp(argv[i], "out=", 4) == 0) {
            out_path = strdup(argv[i] + 4);
        }
    }
    if (out_path == NULL) {
        fprintf(stderr, "out=FILE is missing\n");
        return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
    qemu_plugin_register_atexit_cb(id, finish, NULL);
    return 0;
}
