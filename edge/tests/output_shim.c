/* A virtual camera without a driver, for the tests: a library to preload that answers for one device
 * path as v4l2loopback would and writes what it is given into a file.
 *
 *   OUTPUT_DEVICE   path that is the device
 *   OUTPUT_FILE     file that receives the pictures
 *   OUTPUT_CAPTURE  set: it is a camera and takes no pictures
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int descriptor = -1;
static struct v4l2_format now;

static int open_output(const char *path) {
    const char *device = getenv("OUTPUT_DEVICE");
    if (!device || strcmp(path, device)) return -2;
    return descriptor = syscall(SYS_openat, AT_FDCWD, getenv("OUTPUT_FILE"), O_WRONLY | O_CREAT | O_TRUNC, 0644);
}

static int control(unsigned request, void *argument) {
    switch (request) {
    case (unsigned)VIDIOC_QUERYCAP: {
        struct v4l2_capability *answer = argument;
        memset(answer, 0, sizeof *answer);
        strcpy((char *)answer->driver, "shim");
        strcpy((char *)answer->card, "Output of the tests");
        answer->device_caps = getenv("OUTPUT_CAPTURE") ? V4L2_CAP_VIDEO_CAPTURE : V4L2_CAP_VIDEO_OUTPUT;
        answer->capabilities = answer->device_caps | V4L2_CAP_DEVICE_CAPS;
        return 0;
    }
    case (unsigned)VIDIOC_S_FMT: {
        struct v4l2_format *format = argument;
        if (format->type != V4L2_BUF_TYPE_VIDEO_OUTPUT) break;
        format->fmt.pix.sizeimage = 2 * format->fmt.pix.width * format->fmt.pix.height;
        now = *format;
        return 0;
    }
    case (unsigned)VIDIOC_G_FMT: *(struct v4l2_format *)argument = now; return 0;
    }
    errno = EINVAL;
    return -1;
}

#define DESCRIPTOR descriptor
#define OPEN_DEVICE open_output
#include "device_shim.h"
