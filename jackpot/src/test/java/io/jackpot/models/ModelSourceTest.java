package io.jackpot.models;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.tensor.InputException;
import org.junit.jupiter.api.Test;

class ModelSourceTest {
  @Test
  void aNameThatIsNoModelIsAnError() {
    assertThatThrownBy(() -> ModelSource.load("builtin:polici"))
        .isInstanceOf(InputException.class)
        .hasMessage("builtin:polici: no such built-in model; nearest is builtin:policy");
    assertThatThrownBy(() -> ModelSource.loadWeights("no/such/folder"))
        .isInstanceOf(InputException.class)
        .hasMessage("no/such/folder: no such folder; expected a model folder");
  }
}
