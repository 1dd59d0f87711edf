package io.jackpot.weights;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.jackpot.input.InputException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Damaged files are accepted, or refused in one line, with memory proportional to their size.
 * {@code -Djackpot.fuzz=100000} sets their number.
 */
class TokenizerFuzzTest {
  private static final int COUNT = Integer.getInteger("jackpot.fuzz", 2000);
  private static final long SEED = Long.getLong("jackpot.fuzz.seed", 5);

  /** Memory for fixed tables and a few dozen character classes. */
  private static final long ALLOCATED = 64L << 20;

  private static final String[] PIECES = {
    "99999999999999999999", "-1", "1e9", "2147483647", "null", "true", "\"\"", "[]", "{}",
        "[[[[[[[[",
    "\\ud800", "\\u0000", "\"NFKC\"", "\"Sequence\"", "(?i:", "\\\\p{L}", "[^", ")*", "{1000}",
        "(a*)*",
    "\"type\":", ",", ":", "\"vocab\"", "\"merges\"", "\u00ff"
  };

  private final Random random = new Random(SEED);

  @Test
  @Timeout(value = 1, unit = TimeUnit.HOURS)
  void damagedFilesAreReadOrRefused() {
    List<ObjectNode> seeds = seeds();
    int read = 0;
    for (int i = 0; i < COUNT; i++) {
      ObjectNode root = seeds.get(random.nextInt(seeds.size()));
      byte[] bytes =
          random.nextBoolean() ? damaged(Json.bytes(root)) : Json.bytes(changed(root.deepCopy()));
      read += check(bytes) ? 1 : 0;
    }
    // Some mutations must be accepted and some refused.
    assertThat(read).isBetween(COUNT / 20, COUNT * 19 / 20);
  }

  /** Returns whether the file was accepted. */
  private boolean check(byte[] bytes) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    String what = new String(bytes, StandardCharsets.UTF_8);
    try {
      TokenizerFolder folder = new TokenizerFolder(Path.of("fuzz"), Map.of());
      Tokenizer tokenizer = TokenizerReader.read(bytes, "fuzz", folder);
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      assertThat(allocated).as(what).isLessThan(ALLOCATED + 100L * bytes.length);
      int[] ids = tokenizer.encode("It's a <s>té st\r\n  漢字 123</s> 👍");
      assertThat(tokenizer.decode(ids)).isNotNull();
      return true;
    } catch (InputException e) {
      assertThat(e.getMessage()).as(what).doesNotContain("\n").isNotBlank();
      return false;
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      throw new AssertionError(what, e);
    }
  }

  private byte[] damaged(byte[] good) {
    byte[] bytes = good;
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      int at = random.nextInt(bytes.length);
      byte[] piece =
          switch (random.nextInt(4)) {
            case 0 -> new byte[] {(byte) random.nextInt(256)};
            case 1 ->
                Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + random.nextInt(40)));
            default -> PIECES[random.nextInt(PIECES.length)].getBytes(StandardCharsets.UTF_8);
          };
      int rest = Math.min(bytes.length, at + random.nextInt(Math.max(1, piece.length + 1)));
      byte[] longer = new byte[at + piece.length + bytes.length - rest];
      System.arraycopy(bytes, 0, longer, 0, at);
      System.arraycopy(piece, 0, longer, at, piece.length);
      System.arraycopy(bytes, rest, longer, at + piece.length, bytes.length - rest);
      bytes = longer.length == 0 ? good : longer;
    }
    return bytes;
  }

  /** Changes values of valid JSON. */
  private ObjectNode changed(ObjectNode root) {
    for (int changes = 1 + random.nextInt(2); changes > 0; changes--) {
      JsonNode node = root;
      while (true) {
        if (node instanceof ObjectNode object && !object.isEmpty()) {
          List<String> names = new ArrayList<>(object.propertyNames());
          String name = names.get(random.nextInt(names.size()));
          JsonNode next = object.get(name);
          if (!next.isContainer() || next.isEmpty() || random.nextInt(8) == 0) {
            object.set(name, value(root, next));
            break;
          }
          node = next;
        } else if (node instanceof ArrayNode array && !array.isEmpty()) {
          int at = random.nextInt(array.size());
          if (!array.get(at).isContainer() || array.get(at).isEmpty() || random.nextInt(8) == 0) {
            array.set(at, value(root, array.get(at)));
            break;
          }
          node = array.get(at);
        } else {
          break;
        }
      }
    }
    return root;
  }

  private JsonNode value(ObjectNode root, JsonNode old) {
    return switch (random.nextInt(8)) {
      case 0 -> root.nullNode();
      case 1 -> root.numberNode(random.nextInt());
      case 2 -> root.numberNode(random.nextInt(300));
      case 3 -> root.booleanNode(random.nextBoolean());
      case 4 -> root.textNode(PIECES[random.nextInt(PIECES.length)]);
      case 5 -> root.textNode(old.asString("") + PIECES[random.nextInt(PIECES.length)]);
      case 6 -> root.arrayNode().add(old.deepCopy());
      default ->
          root.get(new ArrayList<>(root.propertyNames()).get(random.nextInt(root.size())))
              .deepCopy();
    };
  }

  private static List<ObjectNode> seeds() {
    ObjectNode golden = Json.read(Path.of("src/test/resources/golden/tokenizers/features.json"));
    List<ObjectNode> seeds = new ArrayList<>();
    seeds.add(Json.read(Path.of("src/test/resources/golden/tokenizer/tokenizer.json")));
    for (JsonNode each : golden.path("cases")) {
      ObjectNode root = Json.object().put("version", "1.0");
      each.path("sections").forEachEntry((name, section) -> root.set(name, section));
      ObjectNode model = root.putObject("model");
      model.setAll((ObjectNode) golden.path("bases").path(each.path("base").stringValue()));
      each.path("sections").path("model").forEachEntry((name, value) -> model.set(name, value));
      shorten(model);
      seeds.add(root);
    }
    return seeds;
  }

  /** Few merges, so that mutations often change something else. */
  private static void shorten(ObjectNode model) {
    ArrayNode merges = (ArrayNode) model.path("merges").deepCopy();
    while (merges.size() > 8) {
      merges.remove(merges.size() - 1);
    }
    model.set("merges", merges);
  }
}
