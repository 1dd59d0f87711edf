package io.jackpot.weights;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The pre-tokenizer of a byte-level tokenizer, which a GGUF file gives only by name.
 *
 * @param patterns regular expressions, each of which splits the pieces of the one before
 * @param digits whether it splits at every digit first
 * @param composes whether it composes characters (NFC)
 * @param ignoreMerges whether a word that is in the vocabulary is always one token
 * @param begins whether a sequence begins with a special token unless the file says otherwise
 */
record GgufPreTokenizer(
    List<String> patterns, boolean digits, boolean composes, boolean ignoreMerges, boolean begins) {
  private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
  private static final String SPACES = "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  private static final String WORDS =
      CONTRACTIONS
          + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|DIGITS| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
          + SPACES;

  /** Words that begin with capitals and end with small letters. */
  private static final String CASED_WORDS =
      "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*"
          + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+ENDING"
          + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+"
          + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*ENDING"
          + "|DIGITS| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*"
          + SPACES;

  private static final GgufPreTokenizer GPT2 =
      new GgufPreTokenizer(List.of(), false, false, false, false);

  private static final GgufPreTokenizer QWEN2 =
      new GgufPreTokenizer(List.of(WORDS.replace("DIGITS", "\\p{N}")), false, true, false, false);

  private static final GgufPreTokenizer LLAMA3 =
      new GgufPreTokenizer(
          List.of(WORDS.replace("DIGITS", "\\p{N}{1,3}")), false, false, true, true);

  private static final GgufPreTokenizer DIGITS_FIRST =
      new GgufPreTokenizer(List.of(), true, false, false, false);

  private static final Map<String, GgufPreTokenizer> KNOWN =
      new TreeMap<>(
          Map.of(
              "gpt-2", GPT2,
              "qwen2", QWEN2,
              "llama-bpe", LLAMA3,
              "llama3", LLAMA3,
              "smollm", DIGITS_FIRST,
              "starcoder", DIGITS_FIRST,
              "gpt-4o", cased("\\p{N}{1,3}", CONTRACTIONS + "?", false),
              "tekken", cased("\\p{N}", "", true)));

  private static GgufPreTokenizer cased(String digits, String ending, boolean begins) {
    String pattern = CASED_WORDS.replace("DIGITS", digits).replace("ENDING", ending);
    return new GgufPreTokenizer(List.of(pattern), false, false, begins, begins);
  }

  /** The pre-tokenizer that the file names, or else that of its architecture. */
  static GgufPreTokenizer of(GgufMetadata metadata) {
    String name = metadata.has("pre") ? metadata.text("pre") : "default";
    if (name.equals("default")) {
      @Nullable String architecture = metadata.textOrNull("general.architecture");
      return architecture != null && architecture.startsWith("qwen") ? QWEN2 : GPT2;
    }
    GgufPreTokenizer known = KNOWN.get(name);
    if (known == null) {
      throw metadata.error(
          "pre",
          "found \""
              + name
              + "\", expected default or one of "
              + String.join(", ", KNOWN.keySet()));
    }
    return known;
  }

  /**
   * Writes the equivalent sections of a {@code tokenizer.json}.
   *
   * @return {@link #begins}
   */
  boolean write(ObjectNode root, ObjectNode model) {
    if (composes) {
      root.putObject("normalizer").put("type", "NFC");
    }
    ArrayNode cuts =
        root.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
    if (digits) {
      cuts.addObject().put("type", "Digits").put("individual_digits", true);
    }
    for (String pattern : patterns) {
      ObjectNode split = cuts.addObject().put("type", "Split");
      split.putObject("pattern").put("Regex", pattern);
      split.put("behavior", "Isolated").put("invert", false);
    }
    putByteLevel(cuts.addObject(), patterns.isEmpty());
    putByteLevel(root.putObject("decoder"), true);
    model.put("ignore_merges", ignoreMerges);
    return begins;
  }

  private static void putByteLevel(ObjectNode node, boolean withPattern) {
    node.put("type", "ByteLevel").put("add_prefix_space", false);
    node.put("trim_offsets", false).put("use_regex", withPattern);
  }
}
