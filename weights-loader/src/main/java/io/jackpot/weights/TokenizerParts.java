package io.jackpot.weights;

import io.jackpot.tokenizer.Normalizer;
import io.jackpot.tokenizer.PreTokenizer;
import io.jackpot.tokenizer.PreTokenizer.Prepend;
import io.jackpot.tokenizer.Regex;
import io.jackpot.tokenizer.SplitBehavior;
import io.jackpot.tokenizer.TokenDecoder;
import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Creates the parts of a tokenizer from the sections of its {@code tokenizer.json}. */
final class TokenizerParts {
  private static final int DEEPEST = 20;

  /** GPT-2's pattern, which is built into the pre-tokenizer ByteLevel. */
  private static final String BYTE_LEVEL =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

  private TokenizerParts() {}

  static Normalizer normalizer(JsonPart part) {
    if (part.isAbsent()) {
      return Normalizer.NONE;
    }
    return switch (part.text("type")) {
      case "NFC" -> Normalizer.unicode(Form.NFC);
      case "NFD" -> Normalizer.unicode(Form.NFD);
      case "NFKC" -> Normalizer.unicode(Form.NFKC);
      case "NFKD" -> Normalizer.unicode(Form.NFKD);
      case "Lowercase" -> Normalizer.lowercase();
      case "Prepend" -> Normalizer.prepend(part.text("prepend"));
      case "Replace" -> Normalizer.replace(pattern(part), part.text("content"));
      case "Strip" -> Normalizer.strip(part.flag("strip_left"), part.flag("strip_right"));
      case "ByteLevel" -> Normalizer.bytes();
      case "Sequence" -> Normalizer.sequence(all(part, "normalizers", TokenizerParts::normalizer));
      default ->
          throw part.at("type")
              .expected(
                  "NFC, NFD, NFKC, NFKD, Lowercase, Prepend, Replace, Strip, ByteLevel or Sequence");
    };
  }

  /**
   * The pre-tokenization of a text.
   *
   * @param byteLevel whether every piece is finally written in the byte alphabet, which the
   *     pipeline does
   */
  record PreTokenization(PreTokenizer preTokenizer, boolean byteLevel) {}

  static PreTokenization preTokenization(JsonPart part) {
    List<PreTokenizer> steps = new ArrayList<>();
    addPreTokenizers(part, steps);
    boolean byteLevel = !steps.isEmpty() && steps.getLast() == PreTokenizer.BYTES;
    List<PreTokenizer> cuts = byteLevel ? steps.subList(0, steps.size() - 1) : steps;
    return new PreTokenization(PreTokenizer.sequence(List.copyOf(cuts)), byteLevel);
  }

  private static void addPreTokenizers(JsonPart part, List<PreTokenizer> steps) {
    if (part.isAbsent()) {
      return;
    }
    switch (part.text("type")) {
      case "ByteLevel" -> {
        if (part.flag("add_prefix_space")) {
          steps.add(PreTokenizer.PREFIX_SPACE);
        }
        if (part.flag("use_regex", true)) {
          steps.add(PreTokenizer.pattern(Regex.compile(BYTE_LEVEL), SplitBehavior.ISOLATED, false));
        }
        steps.add(PreTokenizer.BYTES);
      }
      case "Split" ->
          steps.add(
              PreTokenizer.pattern(
                  pattern(part),
                  part.constant("behavior", SplitBehavior.class, null),
                  part.flag("invert")));
      case "Digits" -> steps.add(PreTokenizer.digits(part.flag("individual_digits")));
      case "Punctuation" ->
          steps.add(
              PreTokenizer.punctuation(
                  part.constant("behavior", SplitBehavior.class, SplitBehavior.ISOLATED)));
      case "WhitespaceSplit" -> steps.add(PreTokenizer.WHITESPACE);
      case "Whitespace" ->
          steps.add(
              PreTokenizer.pattern(
                  Regex.compile("[\\w\\x{200C}\\x{200D}]+|[^\\w\\s\\x{200C}\\x{200D}]+"),
                  SplitBehavior.REMOVED,
                  true));
      case "CharDelimiterSplit" -> steps.add(PreTokenizer.delimiter(part.character("delimiter")));
      case "Metaspace" ->
          steps.add(
              PreTokenizer.metaspace(
                  part.character("replacement"), prepend(part), part.flag("split", true)));
      case "Sequence" -> {
        for (JsonPart each : nested(part, "pretokenizers")) {
          addPreTokenizers(each, steps);
        }
      }
      default ->
          throw part.at("type")
              .expected(
                  "ByteLevel, Split, Digits, Punctuation, Whitespace, WhitespaceSplit,"
                      + " CharDelimiterSplit, Metaspace or Sequence");
    }
  }

  private static Prepend prepend(JsonPart part) {
    Prepend prepend = part.constant("prepend_scheme", Prepend.class, Prepend.ALWAYS);
    // The older name of one of the schemes.
    return part.flag("add_prefix_space", true) ? prepend : Prepend.NEVER;
  }

  static TokenDecoder decoder(JsonPart part) {
    if (part.isAbsent()) {
      return TokenDecoder.SPACED;
    }
    return switch (part.text("type")) {
      case "ByteLevel" -> TokenDecoder.BYTES;
      case "ByteFallback" -> TokenDecoder.BYTE_FALLBACK;
      case "Fuse" -> TokenDecoder.FUSE;
      case "Metaspace" ->
          TokenDecoder.metaspace(part.character("replacement"), prepend(part) != Prepend.NEVER);
      case "Replace" -> TokenDecoder.replace(pattern(part), part.text("content"));
      case "Strip" ->
          TokenDecoder.strip(part.character("content"), part.count("start"), part.count("stop"));
      case "BPEDecoder" -> TokenDecoder.wordSuffix(part.text("suffix"));
      case "Sequence" -> TokenDecoder.sequence(all(part, "decoders", TokenizerParts::decoder));
      default ->
          throw part.at("type")
              .expected(
                  "ByteLevel, ByteFallback, Fuse, Metaspace, Replace, Strip, BPEDecoder or"
                      + " Sequence");
    };
  }

  private static Regex pattern(JsonPart part) {
    JsonPart pattern = part.at("pattern");
    String regex = pattern.textOrNull("Regex");
    if (regex == null) {
      return Regex.literal(pattern.text("String"));
    }
    try {
      return Regex.compile(regex);
    } catch (IllegalArgumentException e) {
      throw pattern.error(String.valueOf(e.getMessage()));
    }
  }

  private static <T> List<T> all(JsonPart part, String key, Function<JsonPart, T> each) {
    return nested(part, key).stream().map(each).toList();
  }

  private static List<JsonPart> nested(JsonPart part, String key) {
    if (part.where().split("\\[", -1).length > DEEPEST) {
      throw part.error("more than " + DEEPEST + " sequences within each other");
    }
    return part.elements(key);
  }
}
