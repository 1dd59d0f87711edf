package io.jackpot.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.input.InputException;
import io.jackpot.problems.ArithmeticProblems;
import io.jackpot.weights.ModelFolder;
import io.jackpot.weights.Tokenizer;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ModelSourceTest {
  @Test
  void theBuiltInActorHasAtMostAThirdOfThePolicysParametersAndItsVocabulary() {
    ModelFolder policy = ModelSource.load("builtin:policy", LoadProgress.NONE);
    ModelFolder actor = ModelSource.load("builtin:actor", LoadProgress.NONE);
    assertThat(3 * actor.parameters().count()).isLessThanOrEqualTo(policy.parameters().count());
    Tokenizer ofPolicy = Objects.requireNonNull(policy.tokenizer());
    Tokenizer ofActor = Objects.requireNonNull(actor.tokenizer());
    String everything = ArithmeticProblems.ALPHABET;
    assertThat(ofActor.encode(everything)).isEqualTo(ofPolicy.encode(everything));
    assertThat(ofActor.endIds()).isEqualTo(ofPolicy.endIds());
  }

  @Test
  void aNameThatIsNoModelIsAnError() {
    assertThatThrownBy(() -> ModelSource.load("builtin:polici", LoadProgress.NONE))
        .isInstanceOf(InputException.class)
        .hasMessage("builtin:polici: no such built-in model; nearest is builtin:policy");
    assertThatThrownBy(() -> ModelSource.loadWeights("no/such/folder", LoadProgress.NONE))
        .isInstanceOf(InputException.class)
        .hasMessage("no/such/folder: no such folder; expected a model folder or GGUF file");
  }
}
