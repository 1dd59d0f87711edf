package io.jackpot.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class WorkersTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void everyTaskRunsOnceInEveryOfManyRuns(int threads) {
    try (Workers workers = new Workers(threads)) {
      for (int round = 0; round < 3000; round++) {
        int tasks = round % 11;
        AtomicIntegerArray count = new AtomicIntegerArray(tasks);
        if (round % 500 == 0) {
          LockSupport.parkNanos(2_000_000); // long enough for the workers to have parked
        }
        workers.run(tasks, count::incrementAndGet);
        for (int task = 0; task < tasks; task++) {
          assertThat(count.get(task)).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void whatTasksWrotePlainlyIsSeenByTheCaller() {
    try (Workers workers = new Workers(3)) {
      int[] sums = new int[64];
      for (int round = 1; round <= 2000; round++) {
        workers.run(sums.length, task -> sums[task] += task);
        assertThat(sums[63]).isEqualTo(63 * round);
      }
      for (int task = 0; task < sums.length; task++) {
        assertThat(sums[task]).isEqualTo(2000 * task);
      }
    }
  }

  @Test
  void asManyThreadsAsAskedComputeAtOnceTheCallerIncluded() {
    try (Workers workers = new Workers(3)) {
      assertThat(workers.threads()).isEqualTo(3);
      CountDownLatch together = new CountDownLatch(3);
      Set<Thread> seen = ConcurrentHashMap.newKeySet();
      workers.run(
          3,
          task -> {
            seen.add(Thread.currentThread());
            together.countDown();
            try {
              together.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          });
      assertThat(seen).hasSize(3).contains(Thread.currentThread());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void whatABodyThrowsReachesTheCallerAndThePoolLivesOn(int threads) {
    try (Workers workers = new Workers(threads)) {
      for (int round = 0; round < 100; round++) {
        int failing = round % 7;
        assertThatThrownBy(() ->
                workers.run(
                    7,
                    task -> {
                      if (task == failing) {
                        throw new ArithmeticException("task " + task);
                      }
                    }))
            .isInstanceOf(ArithmeticException.class)
            .hasMessage("task " + failing);
      }
      AtomicIntegerArray count = new AtomicIntegerArray(5);
      workers.run(5, count::incrementAndGet);
      assertThat(count.toString()).isEqualTo("[1, 1, 1, 1, 1]");
    }
  }

  @Test
  void aClosedPoolHasEndedItsThreadsAndStillComputes() throws InterruptedException {
    Set<Thread> seen = ConcurrentHashMap.newKeySet();
    Workers workers = new Workers(2);
    CountDownLatch together = new CountDownLatch(2);
    workers.run(
        2,
        task -> {
          seen.add(Thread.currentThread());
          together.countDown();
          try {
            together.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    workers.close();
    for (Thread thread : seen) {
      if (thread != Thread.currentThread()) {
        thread.join(20_000);
        assertThat(thread.isAlive()).isFalse();
      }
    }
    AtomicIntegerArray count = new AtomicIntegerArray(4);
    workers.run(4, count::incrementAndGet);
    assertThat(count.toString()).isEqualTo("[1, 1, 1, 1]");
  }

  @Test
  void noThreadsIsRefused() {
    assertThatThrownBy(() -> new Workers(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("threads: expected at least 1, found 0");
  }
}
