package io.jackpot.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Makes the text of a sequence of its tokens' texts. */
@FunctionalInterface
public interface TokenDecoder {
  /** The parts that, one after the other, are the text. */
  List<String> decode(List<String> tokens);

  /** Spaces between the tokens: what a tokenizer without a decoder does. */
  TokenDecoder SPACED = tokens -> List.of(String.join(" ", tokens));

  /** All tokens as one. */
  TokenDecoder FUSE = tokens -> List.of(String.join("", tokens));

  /**
   * The bytes that the characters of a byte-level vocabulary stand for. What is not UTF-8 becomes
   * U+FFFD, one for each longest beginning of a character.
   */
  TokenDecoder BYTES =
      tokens -> {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        tokens.forEach(token -> bytes.writeBytes(ByteAlphabet.read(token)));
        return List.of(bytes.toString(StandardCharsets.UTF_8));
      };

  /**
   * Tokens such as {@code <0xE2>} that stand next to each other as the text that they are in UTF-8;
   * U+FFFD for each if they are none.
   */
  TokenDecoder BYTE_FALLBACK =
      tokens -> {
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

  /** Each {@code mark} as a space, but for those of the first token if one was prepended. */
  static TokenDecoder metaspace(int mark, boolean prepended) {
    String space = Character.toString(mark);
    return tokens -> {
      List<String> parts = new ArrayList<>();
      for (String token : tokens) {
        parts.add(token.replace(space, parts.isEmpty() && prepended ? "" : " "));
      }
      return parts;
    };
  }

  /** {@code content} instead of each match within a token. */
  static TokenDecoder replace(Regex pattern, String content) {
    Normalizer replace = Normalizer.replace(pattern, content);
    return tokens ->
        tokens.stream().map(token -> replace.apply(new Piece(token, false)).text()).toList();
  }

  /** Up to {@code start} characters {@code content} off the beginning of each token. */
  static TokenDecoder strip(int content, int start, int stop) {
    return tokens ->
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

  /** The suffix that ends a word as a space, but for the last word's. */
  static TokenDecoder wordSuffix(String suffix) {
    return tokens -> {
      List<String> parts = new ArrayList<>();
      for (int i = 0; i < tokens.size(); i++) {
        parts.add(tokens.get(i).replace(suffix, i == tokens.size() - 1 ? "" : " "));
      }
      return parts;
    };
  }

  /** One after the other. */
  static TokenDecoder sequence(List<TokenDecoder> decoders) {
    return tokens -> {
      List<String> parts = tokens;
      for (TokenDecoder decoder : decoders) {
        parts = decoder.decode(parts);
      }
      return parts;
    };
  }
}
