package io.jackpot.tensor;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A fixed pool for parallel loops, the caller being one of its threads. Tasks are taken
 * dynamically, so which thread computes a task is not known; results are deterministic as long as a
 * task depends on its index alone, never on the number of threads.
 *
 * <p>A tiny model calls {@link #run} thousands of times a second, and waking a parked thread costs
 * more than such an op takes. So threads spin for a while before they park, and the caller waits
 * only for tasks that were really taken: where the operating system keeps a worker off its core,
 * the caller does the work alone.
 */
final class Workers implements AutoCloseable {

  /** Time for which a thread spins for work, or for the end of it, before it parks. */
  private static final long SPIN_NANOS = 40_000;

  /** Elements of a task of an op that does little with each. */
  static final int PIECE = 1 << 14;

  private final Worker[] workers;
  private final AtomicLong generations = new AtomicLong();
  private volatile @Nullable Job job;
  private volatile boolean closed;

  /**
   * @param threads how many threads compute, at least one, the caller included
   */
  Workers(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: expected at least 1, found " + threads);
    }
    workers = new Worker[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker("jackpot-worker-" + (i + 1));
    }
    for (Worker worker : workers) {
      worker.start();
    }
  }

  /** Number of threads that compute, the caller included. */
  int threads() {
    return workers.length + 1;
  }

  /**
   * Runs {@code body} once for every index in {@code [0, tasks)} and returns when all are done. A
   * body must not call {@code run} again, and only one thread may call it at a time.
   *
   * @throws RuntimeException or an Error: the first one that a body threw; tasks not yet begun by
   *     then are left out
   */
  void run(int tasks, IntConsumer body) {
    if (workers.length == 0 || tasks <= 1) {
      for (int task = 0; task < tasks; task++) {
        body.accept(task);
      }
      return;
    }
    Job mine = new Job(generations.incrementAndGet(), tasks, body);
    job = mine;
    int helpers = Math.min(workers.length, tasks - 1);
    for (int i = 0; i < helpers; i++) {
      workers[i].wake();
    }
    mine.work();
    mine.awaitEnd();
    job = null; // the body references tensors
    mine.rethrow();
  }

  /** Runs {@code body} for each row, several rows of {@code dim} elements a task. */
  void eachRow(int rows, int dim, IntConsumer body) {
    int piece = Math.max(1, PIECE / Math.max(1, dim));
    run(
        Math.ceilDiv(rows, piece),
        task -> {
          int end = Math.min(rows, (task + 1) * piece);
          for (int row = task * piece; row < end; row++) {
            body.accept(row);
          }
        });
  }

  /** The work on elements {@code from ≤ at < end}. */
  interface Piece {
    void run(int from, int end);
  }

  /** Runs {@code body} for every {@link #PIECE} elements. */
  void eachPiece(int size, Piece body) {
    run(
        Math.ceilDiv(size, PIECE),
        task -> body.run(task * PIECE, Math.min(size, (task + 1) * PIECE)));
  }

  /** Ends the threads. A later {@link #run} computes on its caller alone. */
  @Override
  public void close() {
    closed = true;
    for (Worker worker : workers) {
      LockSupport.unpark(worker);
    }
  }

  /** One parallel loop. A worker that comes late finds its counter used up and leaves it alone. */
  private static final class Job {
    final long generation;
    private final int tasks;
    private final IntConsumer body;
    private final Thread caller = Thread.currentThread();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger left;
    private volatile @Nullable Throwable failure;
    private volatile boolean callerParked;

    Job(long generation, int tasks, IntConsumer body) {
      this.generation = generation;
      this.tasks = tasks;
      this.body = body;
      this.left = new AtomicInteger(tasks);
    }

    void work() {
      for (int task = next.getAndIncrement(); task < tasks; task = next.getAndIncrement()) {
        try {
          if (failure == null) {
            body.accept(task);
          }
        } catch (Throwable thrown) {
          fail(thrown);
        }
        if (left.decrementAndGet() == 0 && callerParked) {
          LockSupport.unpark(caller);
        }
      }
    }

    private synchronized void fail(Throwable thrown) {
      if (failure == null) {
        failure = thrown;
      }
    }

    void awaitEnd() {
      long spinUntil = System.nanoTime() + SPIN_NANOS;
      while (left.get() != 0) {
        if (System.nanoTime() - spinUntil < 0) {
          Thread.onSpinWait();
        } else {
          callerParked = true;
          if (left.get() != 0) {
            LockSupport.park(this);
          }
        }
      }
    }

    void rethrow() {
      switch (failure) {
        case null -> {}
        case RuntimeException exception -> throw exception;
        case Error error -> throw error;
        case Throwable other -> throw new IllegalStateException(other);
      }
    }
  }

  private final class Worker extends Thread {
    private volatile boolean parked;

    Worker(String name) {
      super(name);
      setDaemon(true);
    }

    @Override
    public void run() {
      long seen = 0;
      long spinUntil = System.nanoTime() + SPIN_NANOS;
      while (!closed) {
        Job found = job;
        if (found != null && found.generation > seen) {
          seen = found.generation;
          found.work();
          spinUntil = System.nanoTime() + SPIN_NANOS;
        } else if (System.nanoTime() - spinUntil < 0) {
          Thread.onSpinWait();
        } else {
          park(seen);
          spinUntil = System.nanoTime() + SPIN_NANOS;
        }
      }
    }

    /** The flag is set before the job is read, and a caller does it the other way round. */
    private void park(long seen) {
      parked = true;
      Job found = job;
      if (!closed && (found == null || found.generation <= seen)) {
        LockSupport.park(Workers.this);
      }
      parked = false;
    }

    void wake() {
      if (parked) {
        LockSupport.unpark(this);
      }
    }
  }
}
