package io.jackpot.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Joins the texts of tokens to the text of a sequence. */
@FunctionalInterface
public interface TokenDecoder {
  /**
   * The parts whose concatenation is the text.
   *
   * @throws io.jackpot.input.InputException if it takes too many steps, or is too long
   */
  List<String> decode(List<String> tokens, Effort effort);

  /** Spaces between the tokens: the default of a tokenizer without a decoder. */
  TokenDecoder SPACED = (tokens, effort) -> List.of(String.join(" ", tokens));

  /** All tokens as one. */
  TokenDecoder FUSE = (tokens, effort) -> List.of(String.join("", tokens));

  /** Decodes the {@link ByteAlphabet}. Each maximal malformed part of UTF-8 becomes one U+FFFD. */
  TokenDecoder BYTES =
      (tokens, effort) -> {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        tokens.forEach(token -> bytes.writeBytes(ByteAlphabet.read(token)));
        return List.of(bytes.toString(StandardCharsets.UTF_8));
      };

  /**
   * Decodes runs of tokens such as {@code <0xE2>} as UTF-8; if a run is not valid, each of its
   * tokens becomes U+FFFD.
   */
  TokenDecoder BYTE_FALLBACK =
      (tokens, effort) -> {
        List<String> parts = new ArrayList<>();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String token : tokens) {
          int b = byteOf(token);
          if (b >= 0) {
            bytes.write(b);
          } else {
            addBytes(bytes, parts);
            parts.add(token);
          }
        }
        addBytes(bytes, parts);
        return parts;
      };

  private static int byteOf(String token) {
    if (token.length() != 6 || !token.startsWith("<0x") || !token.endsWith(">")) {
      return -1;
    }
    int high = token.charAt(3) == '+' ? 0 : hex(token.charAt(3));
    int low = hex(token.charAt(4));
    return high < 0 || low < 0 ? -1 : 16 * high + low;
  }

  private static int hex(char c) {
    return c < 128 ? Character.digit(c, 16) : -1;
  }

  private static void addBytes(ByteArrayOutputStream bytes, List<String> parts) {
    try {
      ByteBuffer all = ByteBuffer.wrap(bytes.toByteArray());
      String text = StandardCharsets.UTF_8.newDecoder().decode(all).toString();
      if (!text.isEmpty()) {
        parts.add(text);
      }
    } catch (CharacterCodingException e) {
      for (int i = 0; i < bytes.size(); i++) {
        parts.add("\uFFFD");
      }
    }
    bytes.reset();
  }

  /**
   * Replaces each {@code mark} by a space; if one was prepended, drops those of the first token.
   */
  static TokenDecoder metaspace(int mark, boolean prepended) {
    String space = Character.toString(mark);
    return (tokens, effort) -> {
      List<String> parts = new ArrayList<>();
      for (String token : tokens) {
        parts.add(token.replace(space, parts.isEmpty() && prepended ? "" : " "));
      }
      return parts;
    };
  }

  /** Replaces each match within a token by {@code content}. */
  static TokenDecoder replace(Regex pattern, String content) {
    Normalizer replace = Normalizer.replace(pattern, content);
    return (tokens, effort) ->
        tokens.stream()
            .map(token -> replace.apply(new Piece(token, false), effort).text())
            .toList();
  }

  /**
   * Removes up to {@code start} leading and {@code stop} trailing {@code content} of each token.
   */
  static TokenDecoder strip(int content, int start, int stop) {
    return (tokens, effort) ->
        tokens.stream()
            .map(token -> {
              int[] points = token.codePoints().toArray();
              int from = 0;
              while (from < Math.min(start, points.length) && points[from] == content) {
                from++;
              }
              int to = points.length;
              while (points.length - to < stop && to > from && points[to - 1] == content) {
                to--;
              }
              return new String(points, from, to - from);
            })
            .toList();
  }

  /** Replaces the end-of-word suffix by a space, except in the last token. */
  static TokenDecoder wordSuffix(String suffix) {
    return (tokens, effort) -> {
      List<String> parts = new ArrayList<>();
      for (int i = 0; i < tokens.size(); i++) {
        parts.add(tokens.get(i).replace(suffix, i == tokens.size() - 1 ? "" : " "));
      }
      return parts;
    };
  }

  /** A decoder that may take some steps, and make little more than the tokens were. */
  static TokenDecoder limited(TokenDecoder decoder) {
    return (tokens, effort) -> {
      List<String> parts = decoder.decode(tokens, effort);
      long length = parts.stream().mapToLong(String::length).sum();
      effort.steps(length + parts.size());
      effort.length(length);
      return parts;
    };
  }

  /** Applies {@code decoders} in order. */
  static TokenDecoder sequence(List<TokenDecoder> decoders) {
    return (tokens, effort) -> {
      List<String> parts = tokens;
      for (TokenDecoder decoder : decoders) {
        parts = decoder.decode(parts, effort);
      }
      return parts;
    };
  }
}
