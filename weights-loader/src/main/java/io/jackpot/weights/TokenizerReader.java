package io.jackpot.weights;

import io.jackpot.input.InputException;
import io.jackpot.tokenizer.AddedTokens;
import io.jackpot.tokenizer.Bpe;
import io.jackpot.tokenizer.Normalizer;
import io.jackpot.tokenizer.Pipeline;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads a {@code tokenizer.json}. Vocabulary and merges, the bulk of the file, are streamed: a tree
 * of them would take several times their memory.
 */
final class TokenizerReader {
  /** The most by which ids may exceed the number of tokens. */
  private static final int LARGEST_GAP = 1 << 16;

  private static final int LONGEST_AFFIX = 100;

  private final String where;
  private final ObjectNode root = Json.object();
  private final Map<String, Integer> vocabulary = new HashMap<>();
  private final List<String[]> merges = new ArrayList<>();
  private boolean hasMerges;

  private TokenizerReader(String where) {
    this.where = where;
  }

  /**
   * Reads a tokenizer.
   *
   * @param where the file, for messages
   * @param folder the other files of its folder
   * @throws InputException if it is damaged or of a kind that is not supported
   */
  static Tokenizer read(byte[] bytes, String where, TokenizerFolder folder) {
    TokenizerReader reader = new TokenizerReader(where);
    Json.stream(bytes, where, reader::readRoot);
    return reader.tokenizer(bytes, folder);
  }

  private void readRoot(JsonParser parser) {
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      if (parser.nextToken() == JsonToken.START_OBJECT && name.equals("model")) {
        readModel(parser);
      } else {
        root.set(name, parser.<JsonNode>readValueAsTree());
      }
    }
  }

  private void readModel(JsonParser parser) {
    ObjectNode model = root.putObject("model");
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      JsonToken first = parser.nextToken();
      if (name.equals("vocab") && first == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          readToken(parser);
        }
      } else if (name.equals("vocab")) {
        parser.skipChildren();
      } else if (name.equals("merges") && first == JsonToken.START_ARRAY) {
        hasMerges = true;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          readMerge(parser);
        }
      } else {
        model.set(name, parser.<JsonNode>readValueAsTree());
      }
    }
  }

  private void readToken(JsonParser parser) {
    String token = parser.currentName();
    boolean valid = parser.nextToken() == JsonToken.VALUE_NUMBER_INT;
    long id =
        valid && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER
            ? parser.getLongValue()
            : -1;
    if (id < 0 || id > Integer.MAX_VALUE - 1) {
      throw error(
          "model.vocab: \""
              + token
              + "\": found "
              + parser.getString()
              + ", expected an id from 0 on");
    }
    vocabulary.put(token, (int) id);
  }

  private void readMerge(JsonParser parser) {
    String place = "model.merges[" + merges.size() + "]: ";
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      String merge = parser.getString();
      int space = merge.indexOf(' ');
      if (merges.isEmpty() && merge.startsWith("#version")) {
        return;
      }
      if (space < 0 || merge.indexOf(' ', space + 1) >= 0) {
        throw error(place + "found \"" + merge + "\", expected two tokens with a space between");
      }
      merges.add(new String[] {merge.substring(0, space), merge.substring(space + 1)});
    } else {
      String[] pair = new String[2];
      boolean valid = parser.currentToken() == JsonToken.START_ARRAY;
      for (int i = 0; i < 2 && valid; i++) {
        valid = parser.nextToken() == JsonToken.VALUE_STRING;
        pair[i] = valid ? parser.getString() : "";
      }
      if (!valid || parser.nextToken() != JsonToken.END_ARRAY) {
        throw error(place + "expected two tokens");
      }
      merges.add(pair);
    }
  }

  private Tokenizer tokenizer(byte[] bytes, TokenizerFolder folder) {
    JsonPart file = new JsonPart(where + ": ", root);
    JsonPart model = file.at("model");
    String version = file.textOrNull("version");
    if (version != null && !version.equals("1.0")) {
      throw file.at("version").expected("1.0");
    }
    // Old files have no type, and only BPE has merges.
    String type = model.at("type").isAbsent() && hasMerges ? "BPE" : model.text("type");
    if (type.equals("WordLevel")) {
      ObjectNode vocab = ((ObjectNode) model.node()).putObject("vocab");
      vocabulary.forEach(vocab::put);
      CharTokenizer tokenizer = CharTokenizer.load(where, root);
      if (tokenizer == null) {
        throw model.error(
            "a WordLevel model that is not of single characters; there are BPE and the character"
                + " tokenizer of this program");
      }
      return tokenizer;
    }
    if (!type.equals("BPE")) {
      throw model.at("type").expected("BPE, or WordLevel as this program writes it");
    }
    if (!hasMerges) {
      throw model.at("merges").expected("a list of merges");
    }
    Normalizer normalizer = TokenizerParts.normalizer(file.at("normalizer"));
    TokenizerParts.PreTokenization cuts = TokenizerParts.preTokenization(file.at("pre_tokenizer"));
    List<AddedTokens.Token> added = addedTokens(file);
    Map<String, Integer> addedIds = new HashMap<>();
    added.forEach(token -> addedIds.put(token.content(), token.id()));
    try {
      Pipeline pipeline =
          new Pipeline(
              new AddedTokens(added, normalizer),
              normalizer,
              cuts.preTokenizer(),
              cuts.byteLevel(),
              model(model, !cuts.byteLevel()),
              TokenizerParts.decoder(file.at("decoder")),
              texts(added));
      SpecialIds special = SpecialIds.of(file.at("post_processor"));
      return new BpeTokenizer(
          pipeline,
          special,
          folder.endIds(token -> addedIds.getOrDefault(token, vocabulary.get(token))),
          bytes,
          folder.companions());
    } catch (IllegalArgumentException e) {
      throw error(String.valueOf(e.getMessage()));
    }
  }

  private Bpe model(JsonPart model, boolean cuts) {
    JsonPart dropout = model.at("dropout");
    if (!dropout.isAbsent() && !(dropout.node().isNumber() && dropout.node().doubleValue(1) == 0)) {
      throw dropout.expected("null or 0: with dropout, a text's ids are random");
    }
    String prefix = affix(model, "continuing_subword_prefix");
    String suffix = affix(model, "end_of_word_suffix");
    Bpe.Settings settings =
        new Bpe.Settings(
            model.textOrNull("unk_token"),
            model.flag("fuse_unk", false),
            model.flag("byte_fallback", false),
            model.flag("ignore_merges", false),
            prefix,
            suffix);
    return new Bpe(vocabulary, merges, settings, cuts);
  }

  /** A text that is added to every character of a word. */
  private static String affix(JsonPart model, String key) {
    String affix = model.text(key, "");
    if (affix.length() > LONGEST_AFFIX) {
      throw model
          .at(key)
          .error("found " + affix.length() + " characters, expected " + LONGEST_AFFIX + " at most");
    }
    return affix;
  }

  /** Assigns ids to the added tokens: the vocabulary's, or else the next free ones. */
  private List<AddedTokens.Token> addedTokens(JsonPart file) {
    List<AddedTokens.Token> added = new ArrayList<>();
    if (file.at("added_tokens").isAbsent()) {
      return List.of();
    }
    Map<String, Integer> ids = new HashMap<>();
    int next = vocabulary.size();
    for (JsonPart part : file.elements("added_tokens")) {
      String content = part.text("content");
      if (!content.isEmpty()) {
        @Nullable Integer known = vocabulary.get(content);
        known = known == null ? ids.putIfAbsent(content, next) : known;
        int id = known == null ? next++ : known;
        added.add(
            new AddedTokens.Token(
                id,
                content,
                part.flag("single_word", false),
                part.flag("lstrip", false),
                part.flag("rstrip", false),
                part.flag("normalized", true)));
      }
    }
    return added;
  }

  private @Nullable String[] texts(List<AddedTokens.Token> added) {
    int largest = -1;
    for (int id : vocabulary.values()) {
      largest = Math.max(largest, id);
    }
    for (AddedTokens.Token token : added) {
      largest = Math.max(largest, token.id());
    }
    if (largest > 4L * vocabulary.size() + LARGEST_GAP) {
      throw error(
          "ids up to "
              + largest
              + " for "
              + vocabulary.size()
              + " tokens, expected ids without such gaps");
    }
    @Nullable String[] texts = new @Nullable String[largest + 1];
    vocabulary.forEach((token, id) -> texts[id] = token);
    return texts;
  }

  private InputException error(String problem) {
    return new InputException(Json.oneLine(where + ": " + problem));
  }
}
