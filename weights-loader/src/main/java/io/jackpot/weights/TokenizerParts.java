package io.jackpot.weights;

import io.jackpot.input.InputException;
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
import java.util.function.Supplier;

/** Creates the parts of a tokenizer from the sections of its {@code tokenizer.json}. */
final class TokenizerParts {
  private static final int DEEPEST = 20;

  /** The most parts of a sequence; published ones have up to five. */
  private static final int MOST_PARTS = 50;

  /** GPT-2's pattern, which is built into the pre-tokenizer ByteLevel. */
  private static final String BYTE_LEVEL =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

  private TokenizerParts() {}

  static Normalizer normalizer(JsonPart part) {
    if (part.isAbsent()) {
      return Normalizer.NONE;
    }
    return switch (part.text("type")) {
      case "NFC" -> named(part, Normalizer.unicode(Form.NFC));
      case "NFD" -> named(part, Normalizer.unicode(Form.NFD));
      case "NFKC" -> named(part, Normalizer.unicode(Form.NFKC));
      case "NFKD" -> named(part, Normalizer.unicode(Form.NFKD));
      case "Lowercase" -> named(part, Normalizer.lowercase());
      case "Prepend" -> named(part, Normalizer.prepend(part.text("prepend")));
      case "Replace" -> named(part, Normalizer.replace(pattern(part), part.text("content")));
      case "Strip" ->
          named(part, Normalizer.strip(part.flag("strip_left"), part.flag("strip_right")));
      case "ByteLevel" -> named(part, Normalizer.bytes());
      case "Sequence" -> Normalizer.sequence(all(part, "normalizers", TokenizerParts::normalizer));
      default ->
          throw part.at("type")
              .expected(
                  "NFC, NFD, NFKC, NFKD, Lowercase, Prepend, Replace, Strip, ByteLevel or Sequence");
    };
  }

  private static Normalizer named(JsonPart part, Normalizer normalizer) {
    String where = part.where();
    return (piece, effort) -> named(where, () -> normalizer.apply(piece, effort));
  }

  /** Names the file and the part in an error about what the part makes of a text. */
  private static <T> T named(String where, Supplier<T> run) {
    try {
      return run.get();
    } catch (InputException e) {
      throw new InputException(Json.oneLine(where + ": " + e.getMessage()), e);
    }
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
    boolean byteLevel = addPreTokenizers(part, steps);
    List<PreTokenizer> cuts = byteLevel ? steps.subList(0, steps.size() - 1) : steps;
    return new PreTokenization(PreTokenizer.sequence(List.copyOf(cuts)), byteLevel);
  }

  /** Adds the pre-tokenizers of a section; returns whether the last one writes bytes. */
  private static boolean addPreTokenizers(JsonPart part, List<PreTokenizer> steps) {
    if (part.isAbsent()) {
      return false;
    }
    String type = part.text("type");
    if (type.equals("Sequence")) {
      boolean byteLevel = false;
      for (JsonPart each : nested(part, "pretokenizers")) {
        byteLevel = addPreTokenizers(each, steps);
      }
      return byteLevel;
    }
    String where = part.where();
    for (PreTokenizer step : preTokenizers(part, type)) {
      steps.add((piece, out, effort) ->
          named(
              where,
              () -> {
                step.split(piece, out, effort);
                return piece;
              }));
    }
    return type.equals("ByteLevel");
  }

  private static List<PreTokenizer> preTokenizers(JsonPart part, String type) {
    return switch (type) {
      case "ByteLevel" -> {
        List<PreTokenizer> steps = new ArrayList<>();
        if (part.flag("add_prefix_space")) {
          steps.add(PreTokenizer.PREFIX_SPACE);
        }
        if (part.flag("use_regex", true)) {
          steps.add(PreTokenizer.pattern(Regex.compile(BYTE_LEVEL), SplitBehavior.ISOLATED, false));
        }
        steps.add(PreTokenizer.BYTES);
        yield steps;
      }
      case "Split" ->
          List.of(
              PreTokenizer.pattern(
                  pattern(part),
                  part.constant("behavior", SplitBehavior.class, null),
                  part.flag("invert")));
      case "Digits" -> List.of(PreTokenizer.digits(part.flag("individual_digits")));
      case "Punctuation" ->
          List.of(
              PreTokenizer.punctuation(
                  part.constant("behavior", SplitBehavior.class, SplitBehavior.ISOLATED)));
      case "WhitespaceSplit" -> List.of(PreTokenizer.WHITESPACE);
      case "Whitespace" ->
          List.of(
              PreTokenizer.pattern(
                  Regex.compile("[\\w\\x{200C}\\x{200D}]+|[^\\w\\s\\x{200C}\\x{200D}]+"),
                  SplitBehavior.REMOVED,
                  true));
      case "CharDelimiterSplit" -> List.of(PreTokenizer.delimiter(part.character("delimiter")));
      case "Metaspace" ->
          List.of(
              PreTokenizer.metaspace(
                  part.character("replacement"), prepend(part), part.flag("split", true)));
      default ->
          throw part.at("type")
              .expected(
                  "ByteLevel, Split, Digits, Punctuation, Whitespace, WhitespaceSplit,"
                      + " CharDelimiterSplit, Metaspace or Sequence");
    };
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
    if (part.text("type").equals("Sequence")) {
      return TokenDecoder.sequence(all(part, "decoders", TokenizerParts::decoder));
    }
    String where = part.where();
    TokenDecoder decoder = TokenDecoder.limited(singleDecoder(part));
    return (tokens, effort) -> named(where, () -> decoder.decode(tokens, effort));
  }

  private static TokenDecoder singleDecoder(JsonPart part) {
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
    String literal = regex == null ? pattern.text("String") : "";
    try {
      return regex == null ? Regex.literal(literal) : Regex.compile(regex);
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
    if (part.node().findValues("type").size() > MOST_PARTS) {
      throw part.at(key).error("more than " + MOST_PARTS + " parts");
    }
    return part.elements(key);
  }
}
