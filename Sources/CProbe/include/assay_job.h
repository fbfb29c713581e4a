#ifndef ASSAY_JOB_H
#define ASSAY_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A user's command as a process group of its own, watched without polling.

/// Starts `/bin/sh -c command` in a process group of its own, with an empty input and default signals.
///
/// What it prints, complaints too, goes to a pipe whose reading end, not blocking, is `output`; nowhere where `output` is
/// NULL. Returns the process, which is also the group, or a negative errno.
int assay_job_start(const char *command, int *output);

/// From now on the end of a child and SIGINT, SIGTERM and SIGHUP wake ``assay_job_await`` up; the latter three no longer
/// end this process, unless they come twice. Signals that are ignored stay ignored. Returns 0 or a negative errno.
int assay_job_watch(void);
/// Gives the signals back to whom they belonged.
void assay_job_unwatch(void);

/// Something can be read.
#define ASSAY_JOB_OUTPUT 1
/// A child may have ended.
#define ASSAY_JOB_CHILD 2
/// Somebody asked this process to end.
#define ASSAY_JOB_STOP 4

/// Waits for one of these, at most so many milliseconds; `output` may be negative. Returns bits or a negative errno.
int assay_job_await(int output, int milliseconds);
/// Whether somebody asked this process to end since the watch began.
bool assay_job_stop_asked(void);

/// What a process, and the children that it waited for, have used.
typedef struct {
    /// Exit status, or minus the signal.
    int status;
    uint64_t user_ns, system_ns;
    long peak_kib;
    long voluntary_switches, involuntary_switches;
    long blocks_read, blocks_written;
    long major_faults;
} assay_job_usage;

/// Whether a process has ended, without taking leave of it: 1, 0 or a negative errno.
int assay_job_ended(int process);
/// Takes leave of a process that has ended: 0 or a negative errno.
int assay_job_collect(int process, assay_job_usage *usage);
/// Sends a signal to a process group.
void assay_job_signal(int group, int signal);

/// Opens a file to append to, made where there is none, with its length cut to `length` when that is not negative.
int assay_job_append(const char *path, int64_t length);

/// The process that writes to a journal now; -1 when it has no number here, 0 when there is none. Not for the process
/// that writes: a look gives its lock back.
int assay_job_journal_holder(const char *path);

#endif
