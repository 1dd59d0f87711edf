package io.jackpot.tasks;

import io.jackpot.input.InputException;
import io.jackpot.tensor.Storage;
import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The device's memory: a few large arrays ({@link Arena}), in which every tensor has a {@link
 * Region}. Few, because compiled graphs are bound to arrays: layers whose weights lie in one array
 * can share a graph, and differ in offsets only.
 *
 * <p>A region is free again when nothing refers to it any more.
 */
final class DeviceMemory {
  /** The use of a tensor. Each has arenas of its own. */
  enum Role {
    WEIGHT,
    GRADIENT,
    FIRST_MOMENT,
    SECOND_MOMENT,
    ACTIVATION,
    /** Data between the kernels of one op. */
    SCRATCH
  }

  /** Regions begin at multiples of this many floats, a cache line of every GPU. */
  private static final int ALIGNMENT = 32;

  /** Size of the first arena of a role that no plan foresaw, in floats; later ones double it. */
  private static final int DEFAULT_ARENA = 1 << 22;

  private static final Cleaner CLEANER = Cleaner.create();

  /** An array on the device with its free ranges, by offset. Its heap half is never read. */
  static final class Arena {
    final Role role;
    final float[] floats;
    private final NavigableMap<Integer, Integer> free = new TreeMap<>();

    Arena(Role role, int size) {
      this.role = role;
      this.floats = new float[size];
      free.put(0, size);
    }

    /** The first hole that is large enough, −1 if there is none. */
    private int take(int size) {
      for (Map.Entry<Integer, Integer> hole : free.entrySet()) {
        if (hole.getValue() >= size) {
          int at = hole.getKey();
          int left = hole.getValue() - size;
          free.remove(at);
          if (left > 0) {
            free.put(at + size, left);
          }
          return at;
        }
      }
      return -1;
    }

    private void release(int at, int size) {
      int start = at;
      int length = size;
      Map.Entry<Integer, Integer> before = free.floorEntry(at);
      if (before != null && before.getKey() + before.getValue() == at) {
        free.remove(before.getKey());
        start = before.getKey();
        length += before.getValue();
      }
      Integer after = free.remove(at + size);
      free.put(start, length + (after == null ? 0 : after));
    }

    /** Floats in use. */
    long used() {
      return floats.length - free.values().stream().mapToLong(Integer::intValue).sum();
    }
  }

  /** The place of a tensor on the device. */
  final class Region implements Storage.Mirror {
    final Arena arena;
    final int offset;
    final int size;

    private final Cleaner.Cleanable cleanable;

    private Region(Arena arena, int offset, int size, int padded) {
      this.arena = arena;
      this.offset = offset;
      this.size = size;
      Released range = new Released(arena, offset, padded);
      ConcurrentLinkedQueue<Released> queue = released;
      this.cleanable = CLEANER.register(this, () -> queue.add(range));
    }

    /** Frees the memory at once; otherwise it is freed when nothing refers to the region. */
    void release() {
      cleanable.clean();
    }

    @Override
    public void fetch(float[] heap) {
      fetch.accept(this, heap);
    }

    boolean isIn(DeviceMemory memory) {
      return memory == DeviceMemory.this;
    }
  }

  /** Reads a region when all ops before are done. */
  @FunctionalInterface
  interface Fetch {
    void accept(Region region, float[] heap);
  }

  private record Released(Arena arena, int offset, int size) {}

  private final List<Arena> arenas = new ArrayList<>();
  private final ConcurrentLinkedQueue<Released> released = new ConcurrentLinkedQueue<>();
  private final Fetch fetch;
  private final Consumer<Arena> opened;
  private final long largestArena;

  /**
   * @param fetch how a region's elements come back
   * @param opened told of each new arena before it is used
   * @param largestArena in floats, the most that the device allocates in one piece
   */
  DeviceMemory(Fetch fetch, Consumer<Arena> opened, long largestArena) {
    this.fetch = fetch;
    this.opened = opened;
    this.largestArena = Math.min(largestArena, Integer.MAX_VALUE - 64);
  }

  /** Opens an arena for each role, or as many as it takes. */
  void reserve(Map<Role, Long> floats) {
    floats.forEach((role, size) -> {
      for (long left = size; left > 0; left -= largestArena) {
        open(role, (int) Math.min(left, largestArena));
      }
    });
  }

  private Arena open(Role role, int size) {
    Arena arena = new Arena(role, size);
    arenas.add(arena);
    opened.accept(arena);
    return arena;
  }

  /**
   * A region of unknown content.
   *
   * @throws InputException if the device cannot hold a tensor of this size in one piece
   */
  Region allocate(Role role, int size) {
    int padded = padded(size);
    if (padded < size) {
      throw new InputException(
          "device: a tensor of %d floats, but the device gives at most %d in one piece"
              .formatted(size, largestArena));
    }
    Region region = takeFrom(arenas, role, size, padded);
    if (region == null && arenas.stream().anyMatch(arena -> arena.role == role)) {
      awaitReclaimed();
      region = takeFrom(arenas, role, size, padded);
    }
    if (region == null) {
      long twice =
          arenas.stream().filter(a -> a.role == role).mapToLong(a -> a.floats.length).sum();
      long wanted = Math.max(padded, Math.max(DEFAULT_ARENA, twice));
      Arena fresh = open(role, (int) Math.min(largestArena, wanted));
      region = new Region(fresh, fresh.take(padded), size, padded);
    }
    return region;
  }

  private @Nullable Region takeFrom(List<Arena> from, Role role, int size, int padded) {
    reclaim();
    for (Arena arena : from) {
      if (arena.role == role) {
        int at = arena.take(padded);
        if (at >= 0) {
          return new Region(arena, at, size, padded);
        }
      }
    }
    return null;
  }

  /**
   * Unreachable tensors have memory until the collector finds them; it is asked to before an arena
   * is opened.
   */
  private void awaitReclaimed() {
    System.gc();
    for (int tries = 0; tries < 20 && released.isEmpty(); tries++) {
      LockSupport.parkNanos(5_000_000);
    }
  }

  private int padded(int size) {
    return (int) Math.min(largestArena, Math.ceilDiv(Math.max(size, 1L), ALIGNMENT) * ALIGNMENT);
  }

  private void reclaim() {
    for (Released range = released.poll(); range != null; range = released.poll()) {
      range.arena.release(range.offset, range.size);
    }
  }

  List<Arena> arenas() {
    return arenas;
  }
}
