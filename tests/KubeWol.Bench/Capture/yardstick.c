/* The bare reader that the agent is measured against: libpcap with the agent's settings and filter, a callback that counts.
 * Usage: yardstick INTERFACE SNAPLEN BUFFER-BYTES FILTER; says "ready", counts until SIGTERM, then says how many it got and how many were dropped.
 * libpcap's few declarations stand here, so that its headers need not be installed. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct pcap pcap_t;
struct bpf_program { unsigned int length; void *instructions; };
struct pcap_stat { unsigned int received, dropped, dropped_by_interface; };
pcap_t *pcap_create(const char *, char *);
int pcap_set_snaplen(pcap_t *, int), pcap_set_promisc(pcap_t *, int), pcap_set_immediate_mode(pcap_t *, int), pcap_set_buffer_size(pcap_t *, int);
int pcap_set_timeout(pcap_t *, int), pcap_activate(pcap_t *), pcap_setdirection(pcap_t *, int), pcap_compile(pcap_t *, struct bpf_program *, const char *, int, unsigned int);
int pcap_setfilter(pcap_t *, struct bpf_program *), pcap_stats(pcap_t *, struct pcap_stat *);
int pcap_loop(pcap_t *, int, void (*)(unsigned char *, const void *, const unsigned char *), unsigned char *);
void pcap_breakloop(pcap_t *);

static pcap_t *device;
static volatile unsigned long frames;

static void count(unsigned char *user, const void *header, const unsigned char *bytes) { (void)user; (void)header; (void)bytes; frames++; }
static void stop(int signal) { (void)signal; pcap_breakloop(device); }

int main(int argc, char **argv) {
  char error[256];
  struct bpf_program program;
  struct pcap_stat stat;
  if (argc != 5 || !(device = pcap_create(argv[1], error))) return 2;
  pcap_set_snaplen(device, atoi(argv[2]));
  pcap_set_promisc(device, 1);
  pcap_set_immediate_mode(device, 1);
  pcap_set_buffer_size(device, atoi(argv[3]));
  pcap_set_timeout(device, 100);
  if (pcap_activate(device) < 0 || pcap_setdirection(device, 1) || pcap_compile(device, &program, argv[4], 1, 0xffffffff) || pcap_setfilter(device, &program)) return 3;
  signal(SIGTERM, stop);
  puts("ready");
  fflush(stdout);
  pcap_loop(device, -1, count, NULL);
  pcap_stats(device, &stat);
  printf("%lu %u\n", frames, stat.dropped);
  return 0;
}
