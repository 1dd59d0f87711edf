package io.jackpot.tokenizer;

import io.jackpot.input.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Converts text to token ids and back: added tokens are split off, the rest is normalized and
 * pre-tokenized, and the model turns each piece into tokens. Immutable except for a cache of words;
 * safe for use by several threads.
 */
public final class Pipeline {
  private static final String SURROGATE = "\uFFFD";
  private static final int CACHED = 1 << 15;
  private static final int LONGEST_CACHED = 64;

  private final AddedTokens added;
  private final Normalizer normalizer;
  private final PreTokenizer preTokenizer;
  private final boolean byteLevel;
  private final Bpe model;
  private final TokenDecoder decoder;
  private final boolean everyByte;
  private final @Nullable String[] texts;

  /** Words by hash. Threads may overwrite each other's entries; an entry is always complete. */
  private final @Nullable Word[] cache = new @Nullable Word[CACHED];

  private record Word(String text, int[] ids) {}

  /**
   * @param byteLevel whether the pieces are written in the byte alphabet before the model
   * @param texts the decoder's text of each id; null for an id without a token
   */
  public Pipeline(
      AddedTokens added,
      Normalizer normalizer,
      PreTokenizer preTokenizer,
      boolean byteLevel,
      Bpe model,
      TokenDecoder decoder,
      @Nullable String[] texts) {
    this.added = added;
    this.normalizer = normalizer;
    this.preTokenizer = preTokenizer;
    this.byteLevel = byteLevel;
    this.model = model;
    this.decoder = decoder;
    this.everyByte = model.hasEveryByte(byteLevel);
    this.texts = texts.clone();
    added.texts().forEach((id, text) -> this.texts[id] = text);
  }

  /** Number of ids: one more than the largest. */
  public int size() {
    return texts.length;
  }

  /**
   * Returns the ids of a text; an unpaired surrogate counts as U+FFFD.
   *
   * @throws InputException if the vocabulary cannot express the text, or a part of the tokenizer
   *     takes too many steps or makes too much of it
   */
  public int[] encode(String text) {
    Ids ids = new Ids();
    cut(text, word -> encodeWord(word, ids), ids);
    return Arrays.copyOf(ids.values, ids.size);
  }

  /** The words of a text that the model turns into tokens, and the ids between them. */
  private void cut(String text, Consumer<String> words, IntConsumer ids) {
    Effort effort = new Effort(text.length());
    added.cutRaw(
        new Piece(whole(text), true),
        raw ->
            added.cutNormalized(
                normalizer.apply(raw, effort),
                piece -> preTokenizer.split(piece, part -> cutPiece(part.text(), words), effort),
                ids,
                effort),
        ids,
        effort);
  }

  /** Whether the vocabulary has a token for every byte. */
  public boolean hasEveryByte() {
    return everyByte;
  }

  /** The UTF-8 bytes of a text for which the vocabulary has no token. */
  public long unknownBytes(String text) {
    LongAdder unknown = new LongAdder();
    if (!everyByte) {
      cut(text, word -> unknown.add(model.unknownBytes(inAlphabet(word), byteLevel)), _ -> {});
    }
    return unknown.sum();
  }

  /** The token of text that the vocabulary cannot express; null if it is left out. */
  public @Nullable String unknownToken() {
    return model.unknownToken();
  }

  private String inAlphabet(String word) {
    return byteLevel ? ByteAlphabet.write(word) : word;
  }

  private static String whole(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return text.codePoints()
            .mapToObj(c -> c >= 0xD800 && c < 0xE000 ? SURROGATE : Character.toString(c))
            .collect(StringBuilder::new, StringBuilder::append, StringBuilder::append)
            .toString();
      }
    }
    return text;
  }

  private void cutPiece(String piece, Consumer<String> words) {
    if (byteLevel) {
      words.accept(piece);
    } else {
      model.cut(piece, words);
    }
  }

  private void encodeWord(String text, Ids ids) {
    int place = text.hashCode() * 0x9E3779B1 >>> 17;
    Word word = cache[place];
    if (word == null || !word.text.equals(text)) {
      word = new Word(text, model.encode(inAlphabet(text)));
      if (text.length() <= LONGEST_CACHED) {
        cache[place] = word;
      }
    }
    ids.addAll(word.ids);
  }

  /**
   * Returns the text of {@code ids[from]} to {@code ids[to - 1]}; an id without a token adds
   * nothing.
   *
   * @throws InputException if an id is negative
   */
  public String decode(int[] ids, int from, int to) {
    List<String> tokens = new ArrayList<>(to - from);
    long length = 0;
    for (int i = from; i < to; i++) {
      if (ids[i] < 0) {
        throw new InputException(
            "token id " + ids[i] + " at position " + i + ", expected 0 to " + (texts.length - 1));
      }
      String text = ids[i] < texts.length ? texts[ids[i]] : null;
      if (text != null) {
        tokens.add(text);
        length += text.length();
      }
    }
    return String.join("", decoder.decode(tokens, new Effort(length)));
  }

  private static final class Ids implements IntConsumer {
    private int[] values = new int[16];
    private int size;

    @Override
    public void accept(int id) {
      addAll(new int[] {id});
    }

    void addAll(int[] ids) {
      if (size + ids.length > values.length) {
        values = Arrays.copyOf(values, Math.max(2 * values.length, size + ids.length));
      }
      System.arraycopy(ids, 0, values, size, ids.length);
      size += ids.length;
    }
  }
}
