// The threads of the native host: they sleep until there is a job.
#pragma once
#include "crowd.h"
#include "threads.h"
#include <pthread.h>
#include <vector>

/** A number of threads that run jobs together, one job at a time; the thread that calls run() is one of them. */
class Team {
public:
  explicit Team(int threads) : count(threads) {}
  Team(const Team &) = delete;

  /** False if the system gives no thread. */
  bool start() {
    members.reserve(count);
    for (int i = 1; i < count; i++) {
      members.push_back({this, i, {}});
      if (pthread_create(&members.back().thread, nullptr, work, &members.back()) != 0) {
        members.pop_back();
        return false;
      }
    }
    return true;
  }

  ~Team() {
    engine = nullptr;
    turn.add(1);
    turn.wakeAll();
    for (Member &member : members) pthread_join(member.thread, nullptr);
  }

  /** Runs a job with this team's threads and barrier; when it returns all threads have done their parts. */
  void run(const Engine &with, const Job &what) {
    engine = &with;
    job = what;
    job.threads = count;
    job.barrier = &barrier;
    turn.add(1);
    turn.wakeAll();
    runPart(0);
  }

  /**
   * Runs a job whose threads meet often. Where they have to wait long for each other, since other programs are running,
   * this thread runs jobs alone for a while: the results are the same.
   */
  void runClosely(const Engine &with, const Job &what) {
    if (crowd.isAlone()) {
      Job own = what;
      own.threads = 1;
      return with.run(own, 0);
    }
    const uint32_t slept = barrier.slept.read(), start = microseconds();
    run(with, what);
    crowd.note((barrier.slept.read() - slept) / (count - 1), microseconds() - start);
  }

  const int count;

private:
  struct Member {
    Team *team;
    int index;
    pthread_t thread;
  };

  /** The part of one thread. All meet at the end: only then may the next job take the place of this one. */
  void runPart(int thread) {
    engine->run(job, thread);
    meetAt(barrier, count);
  }

  static void *work(void *argument) {
    const Member &member = *(const Member *)argument;
    Team &team = *member.team;
    for (uint32_t seen = 0;; seen++) {
      waitWhile(team.turn, seen);
      if (team.engine == nullptr) return nullptr;
      team.runPart(member.index);
    }
  }

  std::vector<Member> members;
  Word turn;
  Barrier barrier;
  Crowd crowd;
  const Engine *engine = nullptr;
  Job job{};
};
