package io.jackpot.tokenizer;

import java.text.Normalizer.Form;

/**
 * Unicode normalization and lower case as in the Python library tokenizers, which uses other
 * versions of Unicode than the JDK (16): version 9 for the normalization forms and 17 for lower
 * case. A character that version 9 does not have is left alone and separates the text before it
 * from the text after it, so a text is split there and the JDK normalizes the parts. Unicode
 * guarantees that normalization never changes for assigned characters.
 */
final class UnicodeForms {
  /** Combining marks, decomposable characters and their first characters, added after version 9. */
  private static final CodePoints LATER =
      CodePoints.parse(
          "7FD 897-89F 8CA-8D3 9FE C3C D3B-D3C EBA 1715 1ABF-1ACE 1DF6-1DFA A82C 105C9 105D2 105DA"
              + " 105E4 10D24-10D27 10D69-10D6D 10EAB-10EAC 10EFD-10EFF 10F46-10F50 10F82-10F85"
              + " 11070 1133B 11382-11385 1138B 1138E 11390-11391 113C2 113C5 113C7-113C8"
              + " 113CE-113D0 1145E 11839-1183A 11935 11938 1193D-1193E 11943 119E0 11A34 11A47"
              + " 11A99 11D42 11D44-11D45 11D97 11F41-11F42 1611E 16121-16129 1612F 16D63"
              + " 16D67-16D6A 16FF0-16FF1 1E08F 1E130-1E136 1E2AE 1E2EC-1E2EF 1E4EC-1E4EF"
              + " 1E5EE-1E5EF");

  /** {@link #LATER} for the compatibility forms. */
  private static final CodePoints LATER_COMPATIBLE =
      new CodePoints.Builder()
          .add(LATER)
          .add(
              CodePoints.parse(
                  "32FF A7F2-A7F4 AB69 10781-10785 10787-107B0 107B2-107BA 1CCD6-1CCF9"
                      + " 1E030-1E06D 1F16C 1FBF0-1FBF9"))
          .build();

  /** Characters before this one are composed, and never compose with each other. */
  private static final int FIRST_TO_COMPOSE = 0x300;

  private UnicodeForms() {}

  static String normalize(String text, Form form) {
    if (form == Form.NFC && text.chars().allMatch(c -> c < FIRST_TO_COMPOSE)) {
      return text;
    }
    boolean compatible = form == Form.NFKC || form == Form.NFKD;
    CodePoints later = compatible ? LATER_COMPATIBLE : LATER;
    StringBuilder result = null;
    int from = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      int next = i + Character.charCount(c);
      if (c >= 0x300 && later.contains(c)) {
        if (result == null) {
          result = new StringBuilder(text.length());
        }
        result.append(known(text.substring(from, i), form)).appendCodePoint(c);
        from = next;
      }
      i = next;
    }
    String rest = known(text.substring(from), form);
    return result == null ? rest : result.append(rest).toString();
  }

  private static String known(String text, Form form) {
    // Must come first: isNormalized sorts marks as well.
    String ordered = CombiningMarks.inOrder(text, form);
    return java.text.Normalizer.isNormalized(ordered, form)
        ? ordered
        : java.text.Normalizer.normalize(ordered, form);
  }

  static void appendLowercase(int c, StringBuilder out) {
    if (c == 0x130) {
      out.append("i\u0307");
    } else if (c == 0xA7CE || c == 0xA7D2 || c == 0xA7D4) {
      out.appendCodePoint(c + 1);
    } else if (c >= 0x16EA0 && c <= 0x16EB8) {
      out.appendCodePoint(c + 27);
    } else {
      out.appendCodePoint(Character.toLowerCase(c));
    }
  }
}
