package io.jackpot.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.input.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CharTokenizerTest {
  private static final CharTokenizer TOKENIZER = new CharTokenizer("$0123456789+-= \n\"ü😀", '$');

  @TempDir Path folder;

  @Test
  void encodesAndDecodes() {
    int[] ids = TOKENIZER.encode("12+3=\n$ü😀");
    assertThat(ids).containsExactly(2, 3, 11, 4, 13, 15, 0, 17, 18);
    assertThat(TOKENIZER.decode(ids)).isEqualTo("12+3=\n$ü😀");
    assertThat(TOKENIZER.decode(ids, 1, 4)).isEqualTo("2+3");
    assertThat(TOKENIZER.vocabularySize()).isEqualTo(19);
    assertThat(TOKENIZER.endIds()).containsExactly(0);
    assertThat(TOKENIZER.encode("")).isEmpty();
  }

  @Test
  void whatIsNotInTheVocabularyIsNamed() {
    assertThatThrownBy(() -> TOKENIZER.encode("1x"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("'x' (U+0078) at position 1");
    assertThatThrownBy(() -> TOKENIZER.encode("\t"))
        .hasMessageContaining("character U+0009 at position 0");
    assertThatThrownBy(() -> TOKENIZER.decode(1, 19))
        .isInstanceOf(InputException.class)
        .hasMessage("token id 19 at position 1, expected 0 to 18");
    assertThatThrownBy(() -> TOKENIZER.decode(-1)).isInstanceOf(InputException.class);
    assertThatThrownBy(() -> new CharTokenizer("aba", 'a')).hasMessageContaining("twice");
    assertThatThrownBy(() -> new CharTokenizer("ab", '$')).hasMessageContaining("the end");
    assertThatThrownBy(() -> new CharTokenizer("a\ud83d", 'a')).hasMessageContaining("whole");
  }

  @Test
  void roundTrip() {
    TOKENIZER.save(folder.resolve("tokenizer.json"));
    for (Path path : new Path[] {folder, folder.resolve("tokenizer.json")}) {
      Tokenizer loaded = Tokenizers.load(path);
      assertThat(loaded.endIds()).containsExactly(0);
      assertThat(loaded.vocabularySize()).isEqualTo(19);
      assertThat(loaded.encode("$0+9\n😀")).isEqualTo(TOKENIZER.encode("$0+9\n😀"));
    }
  }

  @Test
  void readsWhatPythonWrote() {
    Tokenizer loaded = Tokenizers.load(Path.of("src/test/resources/golden/tokenizer"));
    assertThat(loaded.encode("$0+9\n😀")).isEqualTo(TOKENIZER.encode("$0+9\n😀"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"WordLevel\" | \"Unigram\"    | model.type: found \"Unigram\"",
        "\"WordLevel\" | \"BPE\"        | model.merges: missing",
        "[\\\\s\\\\S]  | .              | a WordLevel model",
        "\"$\" : 0     | \"$\" : 99     | model.vocab: \"$\": 99",
        "\"$\" : 0     | \"$\" : 1      | ids 0 to 18",
        "\"$\" : 0     | \"$\" : \"0\"  | expected an id",
        "\"$\" : 0     | \"$$\" : 0     | model.vocab: \"$$\": 0",
        "\"$\" : 0     | \"a\" : 0      | the end, is not in the vocabulary",
        "\"content\"   | \"contents\"   | added_tokens",
      })
  void anotherKindIsRefused(String from, String to, String message) throws IOException {
    Path file = folder.resolve("tokenizer.json");
    TOKENIZER.save(file);
    String changed = Files.readString(file).replace(from, to);
    assertThat(changed).isNotEqualTo(Files.readString(file));
    Files.writeString(file, changed);
    assertThatThrownBy(() -> Tokenizers.load(folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("tokenizer.json: ")
        .hasMessageContaining(message);
  }

  @Test
  void aMutatedFileIsReadOrRefused() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    TOKENIZER.save(file);
    byte[] good = Files.readAllBytes(file);
    Random random = new Random(4);
    for (int i = 0; i < 2000; i++) {
      byte[] mutated = good.clone();
      mutated[random.nextInt(good.length)] = (byte) random.nextInt(128);
      Files.write(file, mutated);
      try {
        Tokenizers.load(folder);
      } catch (InputException e) {
        assertThat(e.getMessage()).doesNotContain("\n");
      }
    }
  }
}
