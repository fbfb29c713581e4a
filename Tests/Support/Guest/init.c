// The first process of a guest: runs the commands it was given and sends what they leave out through a second serial port.
//
// /jobs holds one job a line: a name, then the words of a command, divided by single spaces. After each job come four frames:
// its output, its errors, the files that it left in /work, and its status. A frame is a line `NAME LENGTH` and as many bytes.
// The last frame is `end 0`, then the machine is switched off.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static int port = -1;

static void send_all(const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t step = write(port, bytes, count);
        if (step < 0 && errno == EINTR) continue;
        if (step <= 0) return;
        bytes += step;
        count -= (size_t)step;
    }
}

static void frame(const char *name, const char *bytes, size_t count) {
    char head[400];
    int length = snprintf(head, sizeof head, "%s %zu\n", name, count);
    send_all(head, (size_t)length);
    send_all(bytes, count);
}

// A file that cannot be read whole is not sent: the reader then misses it and says so.
static void send_file(const char *name, const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) return;
    struct stat status;
    if (fstat(fileno(file), &status) == 0) {
        size_t count = (size_t)status.st_size;
        char *bytes = malloc(count + 1);
        if (bytes != NULL && fread(bytes, 1, count, file) == count) frame(name, bytes, count);
        free(bytes);
    }
    fclose(file);
}

static void redirect(const char *path, int flags, int onto) {
    int descriptor = open(path, flags, 0644);
    if (descriptor >= 0 && descriptor != onto) dup2(descriptor, onto), close(descriptor);
}

static void run(char *line) {
    char *words[64], name[300];
    int count = 0;
    for (char *word = strtok(line, " "); word != NULL && count < 63; word = strtok(NULL, " ")) words[count++] = word;
    words[count] = NULL;
    if (count < 2) return;

    pid_t child = fork();
    if (child == 0) {
        redirect("/dev/null", O_RDONLY, 0);
        redirect("/tmp/out", O_WRONLY | O_CREAT | O_TRUNC, 1);
        redirect("/tmp/err", O_WRONLY | O_CREAT | O_TRUNC, 2);
        close(port);
        if (chdir("/work") == 0) execv(words[1], words + 1);
        perror(words[1]);
        _exit(127);
    }
    int status = 0;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    int code = child < 0 ? 126 : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);

    snprintf(name, sizeof name, "%s.out", words[0]);
    send_file(name, "/tmp/out");
    snprintf(name, sizeof name, "%s.err", words[0]);
    send_file(name, "/tmp/err");
    DIR *folder = opendir("/work");
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        char path[300];
        snprintf(path, sizeof path, "/work/%s", entry->d_name);
        send_file(entry->d_name, path);
        unlink(path);
    }
    if (folder != NULL) closedir(folder);
    char digits[16];
    int length = snprintf(digits, sizeof digits, "%d", code);
    snprintf(name, sizeof name, "%s.status", words[0]);
    frame(name, digits, (size_t)length);
}

int main(void) {
    const char *folders[] = {"/proc", "/sys", "/dev", "/tmp", "/work"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) mkdir(folders[i], 0755);
    mount("proc", "/proc", "proc", 0, NULL);
    mount("sysfs", "/sys", "sysfs", 0, NULL);
    mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
    mount("tmpfs", "/tmp", "tmpfs", 0, NULL);
    sethostname("guest", 5);
    setenv("PATH", "/bin", 1);

    port = open("/dev/ttyS1", O_RDWR | O_NOCTTY);
    struct termios raw;
    if (port >= 0 && tcgetattr(port, &raw) == 0) {
        cfmakeraw(&raw);
        tcsetattr(port, TCSANOW, &raw);
        frame("begin", "", 0);
        FILE *jobs = fopen("/jobs", "r");
        char line[4096];
        while (jobs != NULL && fgets(line, sizeof line, jobs) != NULL) {
            line[strcspn(line, "\n")] = '\0';
            run(line);
        }
        frame("end", "", 0);
        tcdrain(port);
    }
    sync();
    reboot(RB_POWER_OFF);
    return 0;
}
