/* A camera without hardware, for the tests: a library to preload that answers for one device path as
 * a V4L2 webcam would, at 30 or 15 pictures per second.
 *
 *   SHIM_DEVICE    path that is the camera, e.g. /dev/video42
 *   SHIM_FOLDER    folder with picture0, picture1, ... of SHIM_PICTURES files, served in turn
 *   SHIM_FORMAT    four characters: what the files are
 *   SHIM_OFFERS    the format it lists, where that is another than it gives [SHIM_FORMAT]
 *   SHIM_SIZE      their size [640x480]
 *   SHIM_LOG       file that gets a line "NUMBER NANOSECONDS" (real-time clock) per picture served
 *   SHIM_SIZES     none: the driver names no sizes; any: it takes every even size, at up to 90 per second
 *   SHIM_RATE      pictures per second, also as a fraction: 30000/1001 [30 and 15]
 *   SHIM_PADDING   bytes behind every row of the first plane
 *   SHIM_FULL      set: the driver says that the range is full
 *   SHIM_PLANES    set: multi-planar capture
 *   SHIM_FIRST     milliseconds until the first picture of all
 *   SHIM_LATE      milliseconds after the program's start until the camera is plugged in
 *   SHIM_BUSY      set: somebody else streams
 *   SHIM_BUSY_FOR  milliseconds after the program's start for which somebody else streams
 *   SHIM_DEV       folder that is listed in place of /dev
 *   SHIM_UNPLUG    number of the picture at which the camera is pulled out, once
 *   SHIM_AWAY      milliseconds until it is plugged in again; without it, never
 *   SHIM_FREEZE    number of the picture after which none comes, once; a new stream works
 *   SHIM_HANG      a file: once it is there, the driver never comes back from a call, and says so in FILE.hangs
 *   SHIM_AGAIN     pictures after which SHIM_UNPLUG and SHIM_FREEZE, counted from there, come again, and so on
 *   SHIM_FAST      set: the next picture is there as soon as it is fetched
 *   SHIM_TRUNCATE  every so many pictures, half of one is missing
 *
 * The v4l crate calls open, mmap and syscall(SYS_ioctl); a timer stands behind the descriptor, so
 * that poll works by itself.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { MOST_PIXELS = 1920 * 1080, BUFFER_BYTES = MOST_PIXELS * 2, MOST_BUFFERS = 8, RATES = 2 };
static const unsigned rates[RATES] = {30, 15};

static struct {
    int descriptor;
    unsigned buffers, queued, queue[MOST_BUFFERS];
    unsigned char *memory[MOST_BUFFERS];
    int streaming, unplugged, was_unplugged, frozen, was_frozen;
    long long unplugged_at;
    unsigned pictures, rate, again_from;
} camera = {.descriptor = -1, .rate = 30};

static long number(const char *name) {
    const char *value = getenv(name);
    return value ? atol(value) : -1;
}

static long long milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static long long started;

__attribute__((constructor)) static void note_start(void) { started = milliseconds(); }

static long age(void) { return milliseconds() - started; }

static int is(const char *name, const char *value) {
    const char *found = getenv(name);
    return found && !strcmp(found, value);
}

static unsigned format_of(const char *name) {
    const char *format = getenv(name);
    return format ? v4l2_fourcc(format[0], format[1], format[2], format[3]) : 0;
}

static unsigned fourcc(void) {
    unsigned format = format_of("SHIM_FORMAT");
    return format ? format : V4L2_PIX_FMT_MJPEG;
}

static unsigned offered(void) {
    unsigned format = format_of("SHIM_OFFERS");
    return format ? format : fourcc();
}

static unsigned side(int index) {
    const char *size = getenv("SHIM_SIZE");
    unsigned sides[2] = {640, 480};
    if (size) sscanf(size, "%ux%u", &sides[0], &sides[1]);
    return sides[index];
}

static void note(unsigned number) {
    const char *path = getenv("SHIM_LOG");
    if (!path) return;
    struct timespec now;
    char line[64];
    clock_gettime(CLOCK_REALTIME, &now);
    int bytes = snprintf(line, sizeof line, "%u %lld\n", number, now.tv_sec * 1000000000LL + now.tv_nsec);
    int file = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (file >= 0) {
        if (write(file, line, bytes) != bytes) perror(path);
        close(file);
    }
}

static void run_timer(long nanoseconds) {
    struct itimerspec period = {{0, nanoseconds}, {0, nanoseconds}};
    if (nanoseconds && !camera.pictures && number("SHIM_FIRST") > 0) {
        period.it_value.tv_sec = number("SHIM_FIRST") / 1000;
        period.it_value.tv_nsec = number("SHIM_FIRST") % 1000 * 1000000;
    }
    timerfd_settime(camera.descriptor, 0, &period, 0);
}

/* -2: not our path. */
static int open_camera(const char *path) {
    const char *device = getenv("SHIM_DEVICE");
    if (!device || strcmp(path, device)) return -2;
    if (age() < number("SHIM_LATE")) {
        errno = ENOENT;
        return -1;
    }
    if (camera.unplugged) {
        long away = number("SHIM_AWAY");
        if (away < 0 || milliseconds() < camera.unplugged_at + away) {
            errno = ENOENT;
            return -1;
        }
        camera.unplugged = 0;
    }
    camera.frozen = camera.buffers = camera.queued = camera.streaming = 0;
    return camera.descriptor = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
}

static int fill(unsigned char *memory) {
    char path[4096];
    long count = number("SHIM_PICTURES");
    snprintf(path, sizeof path, "%s/picture%ld", getenv("SHIM_FOLDER"), camera.pictures % (count > 0 ? count : 1));
    int file = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY);
    int bytes = file < 0 ? 0 : read(file, memory, BUFFER_BYTES);
    if (file >= 0) close(file);
    long truncate = number("SHIM_TRUNCATE");
    return truncate > 0 && camera.pictures % truncate == 0 ? bytes / 2 : bytes;
}

static unsigned row_bytes(void) {
    long padding = number("SHIM_PADDING");
    unsigned width = side(0);
    switch (fourcc()) {
    case V4L2_PIX_FMT_MJPEG:
    case V4L2_PIX_FMT_JPEG: return 0;
    case V4L2_PIX_FMT_YUYV:
    case V4L2_PIX_FMT_UYVY:
    case V4L2_PIX_FMT_YVYU:
    case V4L2_PIX_FMT_VYUY: width *= 2; break;
    case V4L2_PIX_FMT_RGB24:
    case V4L2_PIX_FMT_BGR24: width *= 3; break;
    }
    return width + (padding > 0 ? padding : 0);
}

static void describe_format(struct v4l2_format *format) {
    struct v4l2_pix_format *picture = &format->fmt.pix;
    memset(&format->fmt, 0, sizeof format->fmt);
    picture->width = side(0);
    picture->height = side(1);
    picture->pixelformat = fourcc();
    picture->field = V4L2_FIELD_NONE;
    picture->bytesperline = row_bytes();
    picture->quantization = getenv("SHIM_FULL") ? V4L2_QUANTIZATION_FULL_RANGE : V4L2_QUANTIZATION_DEFAULT;
    picture->sizeimage = BUFFER_BYTES;
    picture->colorspace = V4L2_COLORSPACE_SRGB;
}

static int fail(int code) {
    errno = code;
    return -1;
}

static int dequeue(struct v4l2_buffer *buffer) {
    unsigned long long ticks;
    if (!camera.streaming || !camera.queued) return fail(EINVAL);
    long again = number("SHIM_AGAIN");
    if (again > 0 && camera.pictures - camera.again_from >= again) {
        camera.again_from = camera.pictures;
        camera.was_unplugged = camera.was_frozen = 0;
    }
    unsigned pictures = camera.pictures - camera.again_from;
    if (!camera.was_unplugged && number("SHIM_UNPLUG") == pictures) {
        camera.unplugged = camera.was_unplugged = 1;
        camera.unplugged_at = milliseconds();
        return fail(ENODEV);
    }
    if (getenv("SHIM_HANG") && access(getenv("SHIM_HANG"), F_OK) == 0) {
        char told[4096];
        snprintf(told, sizeof told, "%s.hangs", getenv("SHIM_HANG"));
        fclose(fopen(told, "w"));
        for (;;) pause();
    }
    if (read(camera.descriptor, &ticks, sizeof ticks) != sizeof ticks) return fail(EAGAIN);
    if (!camera.was_frozen && number("SHIM_FREEZE") == pictures) {
        camera.frozen = camera.was_frozen = 1;
        run_timer(0);
    }
    buffer->index = camera.queue[0];
    memmove(camera.queue, camera.queue + 1, --camera.queued * sizeof *camera.queue);
    buffer->bytesused = fill(camera.memory[buffer->index]);
    buffer->length = BUFFER_BYTES;
    note(camera.pictures);
    buffer->sequence = camera.pictures++;
    buffer->flags = V4L2_BUF_FLAG_MAPPED;
    buffer->field = V4L2_FIELD_NONE;
    return 0;
}

static struct v4l2_fract interval(void) {
    struct v4l2_fract interval = {1, camera.rate};
    const char *rate = getenv("SHIM_RATE");
    if (rate) sscanf(rate, "%u/%u", &interval.denominator, &interval.numerator);
    return interval;
}

static int control(unsigned request, void *argument) {
    if (camera.unplugged) return fail(ENODEV);
    switch (request) {
    case (unsigned)VIDIOC_QUERYCAP: {
        struct v4l2_capability *answer = argument;
        memset(answer, 0, sizeof *answer);
        strcpy((char *)answer->driver, "shim");
        strcpy((char *)answer->card, "Camera of the tests");
        answer->device_caps = getenv("SHIM_PLANES") ? V4L2_CAP_VIDEO_CAPTURE_MPLANE : V4L2_CAP_VIDEO_CAPTURE;
        answer->device_caps |= V4L2_CAP_STREAMING;
        answer->capabilities = answer->device_caps | V4L2_CAP_DEVICE_CAPS;
        return 0;
    }
    case (unsigned)VIDIOC_ENUM_FMT: {
        struct v4l2_fmtdesc *answer = argument;
        if (answer->index) return fail(EINVAL);
        answer->pixelformat = offered();
        strcpy((char *)answer->description, "one format");
        return 0;
    }
    case (unsigned)VIDIOC_ENUM_FRAMESIZES: {
        struct v4l2_frmsizeenum *answer = argument;
        if (is("SHIM_SIZES", "none")) return fail(ENOTTY);
        if (answer->index || answer->pixel_format != offered()) return fail(EINVAL);
        if (is("SHIM_SIZES", "any")) {
            struct v4l2_frmsize_stepwise range = {32, 2592, 2, 32, 1944, 2};
            answer->type = V4L2_FRMSIZE_TYPE_STEPWISE;
            answer->stepwise = range;
            return 0;
        }
        answer->type = V4L2_FRMSIZE_TYPE_DISCRETE;
        answer->discrete.width = side(0);
        answer->discrete.height = side(1);
        return 0;
    }
    case (unsigned)VIDIOC_ENUM_FRAMEINTERVALS: {
        struct v4l2_frmivalenum *answer = argument;
        if (is("SHIM_SIZES", "any")) {
            if (answer->index) return fail(EINVAL);
            struct v4l2_frmival_stepwise range = {{1, 90}, {1, 1}, {1, 1}};
            answer->type = V4L2_FRMIVAL_TYPE_CONTINUOUS;
            answer->stepwise = range;
            return 0;
        }
        if (answer->index >= (getenv("SHIM_RATE") ? 1 : RATES)) return fail(EINVAL);
        if (getenv("SHIM_RATE")) {
            answer->type = V4L2_FRMIVAL_TYPE_DISCRETE;
            answer->discrete = interval();
            return 0;
        }
        answer->type = V4L2_FRMIVAL_TYPE_DISCRETE;
        answer->discrete.numerator = 1;
        answer->discrete.denominator = rates[answer->index];
        return 0;
    }
    case (unsigned)VIDIOC_S_FMT:
    case (unsigned)VIDIOC_G_FMT: describe_format(argument); return 0;
    case (unsigned)VIDIOC_S_PARM:
    case (unsigned)VIDIOC_G_PARM: {
        struct v4l2_streamparm *answer = argument;
        if (request == (unsigned)VIDIOC_S_PARM)
            camera.rate = answer->parm.capture.timeperframe.denominator == rates[1] ? rates[1] : rates[0];
        memset(&answer->parm, 0, sizeof answer->parm);
        answer->parm.capture.timeperframe = interval();
        return 0;
    }
    case (unsigned)VIDIOC_REQBUFS: {
        struct v4l2_requestbuffers *answer = argument;
        if (getenv("SHIM_BUSY") || age() < number("SHIM_BUSY_FOR")) return fail(EBUSY);
        if (answer->count > MOST_BUFFERS) answer->count = MOST_BUFFERS;
        camera.buffers = answer->count;
        camera.queued = 0;
        return 0;
    }
    case (unsigned)VIDIOC_QUERYBUF: {
        struct v4l2_buffer *answer = argument;
        answer->length = BUFFER_BYTES;
        answer->m.offset = answer->index * BUFFER_BYTES;
        return 0;
    }
    case (unsigned)VIDIOC_QBUF: {
        unsigned index = ((struct v4l2_buffer *)argument)->index;
        for (unsigned i = 0; i < camera.queued; i++)
            if (camera.queue[i] == index) return fail(EINVAL);
        if (index >= camera.buffers) return fail(EINVAL);
        camera.queue[camera.queued++] = index;
        return 0;
    }
    case (unsigned)VIDIOC_STREAMON:
        camera.streaming = 1;
        run_timer(getenv("SHIM_FAST") ? 1 : 1000000000L / camera.rate);
        return 0;
    case (unsigned)VIDIOC_STREAMOFF:
        camera.streaming = camera.queued = 0;
        run_timer(0);
        return 0;
    case (unsigned)VIDIOC_DQBUF: return dequeue(argument);
    default: return fail(ENOTTY);
    }
}

#define DESCRIPTOR camera.descriptor
#define OPEN_DEVICE open_camera
#include "device_shim.h"

#define MMAP(name, offset_type)                                                                    \
    void *name(void *at, size_t length, int protection, int flags, int file, offset_type offset) { \
        REAL(name);                                                                                \
        if (file < 0 || file != camera.descriptor) return real(at, length, protection, flags, file, offset); \
        void *memory = real(0, length, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);            \
        return camera.memory[offset / BUFFER_BYTES] = memory;                                      \
    }
MMAP(mmap, off_t)
MMAP(mmap64, off64_t)

DIR *opendir(const char *path) {
    REAL(opendir);
    const char *folder = getenv("SHIM_DEV");
    return real(folder && !strcmp(path, "/dev") ? folder : path);
}
