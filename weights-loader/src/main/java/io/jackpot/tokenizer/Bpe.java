package io.jackpot.tokenizer;

import io.jackpot.input.InputException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Byte pair encoding (Sennrich et al., 2016): a word starts as its characters; of all adjacent
 * pairs the one that was learned first is merged, leftmost first, until no pair can be merged.
 * Takes O(n log n) steps for a word of n characters.
 */
public final class Bpe {
  /**
   * Settings for turning characters into tokens before the merges.
   *
   * @param unknown the token for a character that has none; if null, the character is dropped
   * @param fuseUnknown whether adjacent unknown characters become one such token
   * @param byteFallback whether an unknown character becomes the tokens {@code <0x00>} to {@code
   *     <0xFF>} of its UTF-8 bytes instead
   * @param ignoreMerges whether a word that is in the vocabulary is always one token
   * @param prefix of every token but a word's first one
   * @param suffix of a word's last token
   */
  public record Settings(
      @Nullable String unknown,
      boolean fuseUnknown,
      boolean byteFallback,
      boolean ignoreMerges,
      String prefix,
      String suffix) {}

  private static final int NONE = -1;

  private final Map<String, Integer> vocabulary;
  private final Settings settings;
  private final PairTable merges;
  private final int[] idOf = new int[Character.MAX_VALUE + 1];
  private final int[] idOfByte = new int[256];

  /**
   * Pairs of characters (the last of a token, the first of the next) that some merge joins; null if
   * words are never split.
   */
  private final @Nullable Set<Long> joints;

  /**
   * @param merges pairs of tokens in the order in which they were learned
   * @param cuts whether a word may be a whole text, which {@link #cut} then splits
   * @throws IllegalArgumentException if a merge names a token that is not in the vocabulary
   */
  public Bpe(
      Map<String, Integer> vocabulary, List<String[]> merges, Settings settings, boolean cuts) {
    this.vocabulary = vocabulary;
    this.settings = settings;
    this.merges = new PairTable(merges.size());
    boolean affixes = !settings.prefix.isEmpty() || !settings.suffix.isEmpty();
    joints = cuts && !affixes && !settings.ignoreMerges ? new HashSet<>() : null;
    int rank = 0;
    for (String[] pair : merges) {
      String right = pair[1];
      if (!right.startsWith(settings.prefix)) {
        throw new IllegalArgumentException(
            "merge \"" + right + "\" does not begin with \"" + settings.prefix + "\"");
      }
      String merged = pair[0] + right.substring(settings.prefix.length());
      this.merges.put(id(pair[0]), id(right), rank++, id(merged));
      if (joints != null && !pair[0].isEmpty() && !right.isEmpty()) {
        joints.add(joint(pair[0].codePointBefore(pair[0].length()), right.codePointAt(0)));
      }
    }
    Arrays.fill(idOf, NONE);
    vocabulary.forEach((token, id) -> {
      if (token.length() == 1) {
        idOf[token.charAt(0)] = id;
      }
    });
    for (int b = 0; b < idOfByte.length; b++) {
      idOfByte[b] = vocabulary.getOrDefault(String.format("<0x%02X>", b), NONE);
    }
  }

  private int id(String token) {
    Integer id = vocabulary.get(token);
    if (id == null) {
      throw new IllegalArgumentException("merge: \"" + token + "\" is not in the vocabulary");
    }
    return id;
  }

  private static long joint(int left, int right) {
    return (long) left << 32 | right;
  }

  /**
   * Splits a word where no merge can reach across, so that its parts have the same tokens as the
   * whole: a text of megabytes that no pre-tokenizer has split becomes words.
   */
  void cut(String word, Consumer<String> out) {
    if (joints == null) {
      out.accept(word);
      return;
    }
    int from = 0;
    int previous = -1;
    for (int i = 0; i < word.length(); ) {
      int c = word.codePointAt(i);
      if (previous >= 0
          && !joints.contains(joint(previous, c))
          && idOf(previous) != NONE
          && idOf(c) != NONE) {
        out.accept(word.substring(from, i));
        from = i;
      }
      previous = c;
      i += Character.charCount(c);
    }
    if (from < word.length()) {
      out.accept(word.substring(from));
    }
  }

  private int idOf(int codePoint) {
    return codePoint < idOf.length
        ? idOf[codePoint]
        : vocabulary.getOrDefault(Character.toString(codePoint), NONE);
  }

  /**
   * Returns the tokens of a word that is not empty.
   *
   * @throws InputException if a character has no token and the unknown token is not in the
   *     vocabulary
   */
  int[] encode(String word) {
    if (settings.ignoreMerges) {
      Integer whole = vocabulary.get(word);
      if (whole != null) {
        return new int[] {whole};
      }
    }
    Symbols symbols = new Symbols(merges, word.length());
    addCharacters(word, symbols);
    return symbols.merged();
  }

  private void addCharacters(String word, Symbols symbols) {
    int unknown = NONE;
    for (int i = 0; i < word.length(); ) {
      int c = word.codePointAt(i);
      int next = i + Character.charCount(c);
      boolean first = i == 0;
      boolean last = next == word.length();
      int id = idOf(c, first, last);
      if (id != NONE) {
        if (unknown != NONE) {
          symbols.add(unknown);
          unknown = NONE;
        }
        symbols.add(id);
      } else if (!settings.byteFallback || !addBytes(affixed(c, first, last), symbols)) {
        if (settings.unknown != null) {
          if (unknown != NONE && !settings.fuseUnknown) {
            symbols.add(unknown);
          }
          unknown = unknownId(settings.unknown);
        }
      }
      i = next;
    }
    if (unknown != NONE) {
      symbols.add(unknown);
    }
  }

  /**
   * Whether there is a token for every byte.
   *
   * @param byteLevel whether words are written in the byte alphabet
   */
  boolean hasEveryByte(boolean byteLevel) {
    if (!settings.prefix.isEmpty() || !settings.suffix.isEmpty()) {
      return false;
    }
    return byteLevel
        ? ByteAlphabet.all().chars().allMatch(c -> idOf[c] != NONE)
        : settings.byteFallback && Arrays.stream(idOfByte).allMatch(id -> id != NONE);
  }

  /** The bytes of a word that {@link #encode} has no token for. */
  int unknownBytes(String word, boolean byteLevel) {
    if (settings.ignoreMerges && vocabulary.containsKey(word)) {
      return 0;
    }
    int bytes = 0;
    for (int i = 0; i < word.length(); ) {
      int c = word.codePointAt(i);
      int next = i + Character.charCount(c);
      boolean first = i == 0;
      boolean last = next == word.length();
      if (idOf(c, first, last) == NONE
          && !(settings.byteFallback && hasBytes(affixed(c, first, last)))) {
        bytes += byteLevel ? 1 : utf8(Character.toString(c)).length;
      }
      i = next;
    }
    return bytes;
  }

  /** The token of a character that has none; null if it is left out. */
  @Nullable String unknownToken() {
    return settings.unknown;
  }

  private int idOf(int c, boolean first, boolean last) {
    if ((first || settings.prefix.isEmpty()) && (!last || settings.suffix.isEmpty())) {
      return idOf(c);
    }
    return vocabulary.getOrDefault(affixed(c, first, last), NONE);
  }

  private String affixed(int c, boolean first, boolean last) {
    return (first ? "" : settings.prefix) + Character.toString(c) + (last ? settings.suffix : "");
  }

  private boolean addBytes(String character, Symbols symbols) {
    if (!hasBytes(character)) {
      return false;
    }
    for (byte b : utf8(character)) {
      symbols.add(idOfByte[b & 0xFF]);
    }
    return true;
  }

  private boolean hasBytes(String character) {
    for (byte b : utf8(character)) {
      if (idOfByte[b & 0xFF] == NONE) {
        return false;
      }
    }
    return true;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private int unknownId(String token) {
    Integer id = vocabulary.get(token);
    if (id == null) {
      throw new InputException(
          "text: a character is not in the vocabulary, and the unknown token \""
              + token.replaceAll("[\\p{Cntrl}\\s]+", " ")
              + "\" is not either");
    }
    return id;
  }

  /** The tokens of a word during merging: a doubly linked list, and a heap of possible merges. */
  private static final class Symbols {
    private final PairTable merges;
    private int[] ids;
    private int size;
    private int[] next = new int[0];
    private int[] previous = new int[0];
    private final LongHeap heap = new LongHeap();

    Symbols(PairTable merges, int capacity) {
      this.merges = merges;
      ids = new int[capacity];
    }

    void add(int id) {
      if (size == ids.length) {
        ids = Arrays.copyOf(ids, 2 * size + 4);
      }
      ids[size++] = id;
    }

    int[] merged() {
      next = new int[size];
      previous = new int[size];
      for (int i = 0; i < size; i++) {
        next[i] = i + 1;
        previous[i] = i - 1;
      }
      for (int i = 0; i + 1 < size; i++) {
        propose(i);
      }
      while (!heap.isEmpty()) {
        long top = heap.remove();
        int at = (int) top;
        // An earlier merge may have changed the pair since it was proposed.
        if (ids[at] != NONE && next[at] < size) {
          int merge = merges.find(ids[at], ids[next[at]]);
          if (merge >= 0 && merges.rank(merge) == (int) (top >>> 32)) {
            merge(at, merges.id(merge));
          }
        }
      }
      int count = 0;
      for (int i = 0; i < size; i = next[i]) {
        ids[count++] = ids[i];
      }
      return Arrays.copyOf(ids, count);
    }

    private void merge(int at, int id) {
      int gone = next[at];
      ids[at] = id;
      ids[gone] = NONE;
      next[at] = next[gone];
      if (next[at] < size) {
        previous[next[at]] = at;
        propose(at);
      }
      if (previous[at] >= 0) {
        propose(previous[at]);
      }
    }

    private void propose(int at) {
      int merge = merges.find(ids[at], ids[next[at]]);
      if (merge >= 0) {
        heap.add((long) merges.rank(merge) << 32 | at);
      }
    }
  }
}
