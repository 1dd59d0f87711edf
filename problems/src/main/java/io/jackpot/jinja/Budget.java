package io.jackpot.jinja;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one rendering may spend: work, memory and depth. Whatever touches or makes characters or
 * items charges for them here before it does so; a limit that would be exceeded is an error. So a
 * rendering ends at the same place on every machine, within about a second and {@link #MEMORY},
 * both of which grow with what the template is given.
 */
final class Budget {
  /** Units of work, about a nanosecond each, whatever the template is given. */
  private static final long WORK = 400_000_000;

  /** Work for each character that the template is given. */
  private static final long WORK_OF_CHARACTER = 64;

  /**
   * Bytes for all texts, lists and dicts that a rendering makes, whatever the template is given.
   */
  private static final long MEMORY = 64 << 20;

  /** Bytes for each character that the template is given. */
  private static final long MEMORY_OF_CHARACTER = 256;

  /** The limit for nested calculations and values: far below the size of a thread's stack. */
  private static final int DEEPEST = 500;

  /** The size of an item that the template is given, in characters. */
  private static final int GIVEN_ITEM = 16;

  /** The most characters that the limit of memory grows with. */
  private static final long MOST_GIVEN = 1 << 22;

  // The price list, in units of work and in bytes.
  private static final int STEP = 100;
  private static final int ITEM = 10;
  private static final int OBJECT = 32;
  private static final int CHARACTER = 2;
  private static final int REFERENCE = 8;
  private static final int ENTRY = 64;

  private final long given;
  private long workLeft;
  private long memoryLeft;
  private int depth;

  /**
   * @param given the values that the template is given
   */
  Budget(Map<String, ? extends @Nullable Object> given) {
    this.given = size(given);
    workLeft = WORK + WORK_OF_CHARACTER * this.given;
    memoryLeft = memory();
  }

  private long memory() {
    return MEMORY + MEMORY_OF_CHARACTER * Math.min(given, MOST_GIVEN);
  }

  private static long size(@Nullable Object value) {
    return switch (value) {
      case String text -> GIVEN_ITEM + text.length();
      case Collection<?> list -> {
        long size = GIVEN_ITEM;
        for (Object item : list) {
          size += size(item);
        }
        yield size;
      }
      case Map<?, ?> map -> size(map.keySet()) + size(map.values());
      case null, default -> GIVEN_ITEM;
    };
  }

  /** Charges for one calculation: an operator, a call, an iteration. */
  void step() {
    work(STEP);
  }

  /** Charges for characters that are read. */
  void characters(long count) {
    work(count);
  }

  /** Charges for items that are visited. */
  void items(long count) {
    work(ITEM * count);
  }

  /** Charges for a text that is made. */
  void text(long characters) {
    memory(OBJECT + CHARACTER * characters);
    work(characters);
  }

  /** Charges for a list that is made, without its items. */
  void list(long items) {
    memory(OBJECT + REFERENCE * items);
    items(items);
  }

  /** Charges for a dict that is made, without its keys and values. */
  void dict(long entries) {
    memory(OBJECT + ENTRY * entries);
    items(entries);
  }

  /** Charges for numbers or other small objects that are made. */
  void objects(long count) {
    memory(OBJECT * count);
    items(count);
  }

  private void work(long units) {
    workLeft -= units;
    if (workLeft < 0) {
      throw exceeded(
          "takes more than %d units of work".formatted(WORK + WORK_OF_CHARACTER * given));
    }
  }

  /** Charges for bytes of memory. */
  void memory(long bytes) {
    memoryLeft -= bytes;
    if (memoryLeft < 0) {
      throw exceeded("makes texts and lists of more than %d MiB".formatted(memory() >> 20));
    }
  }

  private IllegalArgumentException exceeded(String what) {
    return new IllegalArgumentException(
        "the template %s, the limit for %d characters of input".formatted(what, given));
  }

  /** Descends one level. */
  void enter() {
    if (++depth > DEEPEST) {
      throw new IllegalArgumentException("nested more than " + DEEPEST + " deep");
    }
  }

  /** Returns to the level above. */
  void leave() {
    depth--;
  }
}
