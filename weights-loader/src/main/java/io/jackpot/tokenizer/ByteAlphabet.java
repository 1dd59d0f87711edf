package io.jackpot.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The printable character for each byte in a byte-level vocabulary, as in GPT-2's encoder:
 * printable Latin-1 characters stand for themselves, the other bytes are U+0100 and up.
 */
final class ByteAlphabet {
  private static final char[] CHARACTERS = new char[256];
  private static final int[] BYTES = new int[0x144];

  static {
    Arrays.fill(BYTES, -1);
    int next = 0x100;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b != 0xAD);
      CHARACTERS[b] = (char) (printable ? b : next++);
      BYTES[CHARACTERS[b]] = b;
    }
  }

  private ByteAlphabet() {}

  /** The characters of all bytes. */
  static String all() {
    return new String(CHARACTERS);
  }

  /** The UTF-8 bytes of {@code text} as characters. */
  static String write(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    char[] characters = new char[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      characters[i] = CHARACTERS[bytes[i] & 0xFF];
    }
    return new String(characters);
  }

  /** The byte that {@code character} stands for, or -1. */
  static int read(char character) {
    return character < BYTES.length ? BYTES[character] : -1;
  }

  /** The bytes that {@code token} stands for; its UTF-8 if it is not in this alphabet. */
  static byte[] read(String token) {
    byte[] bytes = new byte[token.length()];
    for (int i = 0; i < bytes.length; i++) {
      int b = read(token.charAt(i));
      if (b < 0) {
        return token.getBytes(StandardCharsets.UTF_8);
      }
      bytes[i] = (byte) b;
    }
    return bytes;
  }
}
