/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "firmware_protocol.h"

#include <stdint.h>
#include <string.h>

#include "firmware_board.h"
#include "firmware_model.h"
#include "firmware_profile.h"
#include "firmware_text.h"

#define COMMAND_BYTES 256
#define MAX_WORDS 4
#define WARM_UP 10
#define BYTES_A_LINE 8

static char command[COMMAND_BYTES + 1];
static uint32_t upload_size; /* what `db load` announced */
static uint32_t upload_end;  /* what has come of it */

static void put_line(const char *text) {
    firmware_put(text);
    firmware_put("\r\n");
}

/* A line such as m-name-[value]. */
static void put_field(const char *prefix, const char *value) {
    firmware_put(prefix);
    firmware_put(value);
    put_line("]");
}

static void put_number(const char *prefix, uint32_t value, const char *suffix) {
    firmware_put(prefix);
    firmware_put_unsigned(value);
    put_line(suffix);
}

static uint64_t cycles(void) {
    static uint64_t all;
    static uint32_t last;
    const uint32_t now = firmware_cycles();
    all += (uint32_t)(now - last);
    last = now;
    return all;
}

static void put_timestamp(void) {
    put_number("m-lap-us-", (uint32_t)(cycles() / (firmware_cycles_hz / 1000000u)), "");
}

/* The number that a word holds; -1 where it is none or has more than nine digits. */
static int32_t number(const char *word) {
    int32_t value = 0;
    if (*word == '\0' || strlen(word) > 9) {
        return -1;
    }
    for (; *word != '\0'; word++) {
        if (*word < '0' || *word > '9') {
            return -1;
        }
        value = value * 10 + (*word - '0');
    }
    return value;
}

static int hex_digit(char digit) {
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    digit |= 0x20; /* to lower case */
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static void db_load(const char *word) {
    const int32_t size = number(word);
    if (*word == '\0') {
        put_line("e-[Command 'db load' requires the # of bytes]");
    } else if (size <= 0) {
        put_line("e-[Command 'db load' must be >0 bytes]");
    } else if ((uint32_t)size > firmware_upload_bytes) {
        put_number("e-[Supplied buffer size exceeds maximum of ", firmware_upload_bytes, "]");
    } else {
        upload_size = (uint32_t)size;
        upload_end = 0;
        put_number("m-[Expecting ", upload_size, " bytes]");
    }
}

static void db_print(const char *words[]) {
    int32_t count = number(words[2]), first = number(words[3]);
    if ((*words[2] != '\0' && count < 0) || (*words[3] != '\0' && first < 0)) {
        put_line("e-[Command 'db print' takes a number of bytes and an offset]");
        return;
    }
    const uint32_t from = first < 0 ? 0 : (uint32_t)first;
    for (uint32_t i = from; i < upload_end && (count < 0 || i - from < (uint32_t)count);
         i++) {
        const uint32_t place = (i - from) % BYTES_A_LINE;
        firmware_put(place == 0 ? i == from ? "m-buffer-" : "\r\nm-buffer-" : "-");
        firmware_put_byte(firmware_upload[i]);
    }
    firmware_put("\r\n");
}

static void db_bytes(const char *digits) {
    if (upload_end == upload_size) {
        put_line("e-[Command 'db' needs 'db load' before bytes]");
        return;
    }
    if (strlen(digits) % 2 != 0) {
        put_line("e-[Insufficent number of hex digits]"); /* spelt as the benchmark does */
        return;
    }
    for (; *digits != '\0'; digits += 2) {
        const int high = hex_digit(digits[0]), low = hex_digit(digits[1]);
        if (high < 0 || low < 0) {
            const char pair[3] = {digits[0], digits[1], '\0'};
            firmware_put("e-[Invalid hex digit '");
            firmware_put(pair);
            put_line("']");
            return;
        }
        firmware_upload[upload_end++] = (uint8_t)(high * 16 + low);
        if (upload_end == upload_size) {
            put_line("m-load-done");
            return; /* what follows the last byte is ignored */
        }
    }
}

static void put_results(void) {
    firmware_put("m-results-[");
    firmware_model_put_results();
    put_line("]");
}

/* Inferences without timestamps; an error's line where one fails. */
static int infer_times(int32_t times) {
    for (; times > 0; times--) {
        const int status = firmware_model_infer();
        if (status != 0) {
            put_number("e-[Inference failed with status ", (uint32_t)status, "]");
            return status;
        }
        (void)cycles(); /* in time before the counter wraps */
    }
    return 0;
}

static void infer(const char *words[]) {
    const int32_t times = *words[1] == '\0' ? 1 : number(words[1]);
    const int32_t warm_up = *words[2] == '\0' ? WARM_UP : number(words[2]);
    if (times <= 0) {
        put_line("e-[Inference iterations must be >0]");
        return;
    }
    if (warm_up < 0) {
        put_line("e-[Inference warmup must be >=0]");
        return;
    }
    if (upload_end != firmware_upload_bytes) {
        firmware_put("e-[Input db has ");
        firmware_put_unsigned(upload_end);
        put_number(" bytes, expected ", firmware_upload_bytes, "]");
        return;
    }
    firmware_model_load();
    put_number("m-warmup-start-", (uint32_t)warm_up, "");
    if (infer_times(warm_up) != 0) {
        return;
    }
    put_line("m-warmup-done");
    put_number("m-infer-start-", (uint32_t)times, "");
    firmware_profile_clear();
    put_timestamp();
    if (infer_times(times) != 0) {
        return;
    }
    put_timestamp();
    put_line("m-infer-done");
    put_results();
}

static void help(void) {
    put_line("name, profile, timestamp, db load N, db HH.., db print [N [FIRST]],");
    put_line("infer N [W], results, layers, help; each ends with a percent sign");
}

static void answer(const char *words[]) {
    if (*words[0] == '\0') {
        return; /* a host that only wants the prompt */
    }
    if (strcmp(words[0], "name") == 0) {
        put_field("m-name-dut-[", "tinyts");
    } else if (strcmp(words[0], "profile") == 0) {
        put_field("m-profile-[", "ULPMark for tinyML Firmware V0.0.1");
        put_field("m-model-[", firmware_model_name);
    } else if (strcmp(words[0], "timestamp") == 0) {
        put_timestamp();
    } else if (strcmp(words[0], "infer") == 0) {
        infer(words);
    } else if (strcmp(words[0], "results") == 0) {
        put_results();
    } else if (strcmp(words[0], "layers") == 0) {
        firmware_profile_put();
    } else if (strcmp(words[0], "help") == 0) {
        help();
    } else if (strcmp(words[0], "db") != 0) {
        put_field("e-[Unknown command: ", words[0]);
    } else if (*words[1] == '\0') {
        put_line("e-[Command 'db' requires a subcommand]");
    } else if (strcmp(words[1], "load") == 0) {
        db_load(words[2]);
    } else if (strcmp(words[1], "print") == 0) {
        db_print(words);
    } else {
        db_bytes(words[1]);
    }
}

/* Cuts the command into words; those that are missing are empty. */
static void split(const char *words[MAX_WORDS]) {
    char *at = command;
    for (int i = 0; i < MAX_WORDS; i++) {
        at += strspn(at, " ");
        words[i] = at;
        at += strcspn(at, " ");
        if (*at != '\0') {
            *at++ = '\0';
        }
    }
}

void firmware_protocol_run(void) {
    uint32_t length = 0;
    put_line("m-timestamp-mode-performance");
    put_timestamp();
    put_line("m-init-done");
    put_line("m-ready");
    for (;;) {
        const char byte = firmware_read();
        if (byte != '%') {
            if (byte != '\r' && byte != '\n' && length <= COMMAND_BYTES) {
                command[length++] = byte;
            }
            continue;
        }
        if (length > COMMAND_BYTES) {
            put_line("e-[Command is too long]");
        } else {
            const char *words[MAX_WORDS];
            command[length] = '\0';
            split(words);
            answer(words);
        }
        length = 0;
        put_line("m-ready");
    }
}
