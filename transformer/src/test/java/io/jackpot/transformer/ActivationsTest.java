package io.jackpot.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.jackpot.tensor.Ops;
import io.jackpot.tensor.OpsLookup;
import io.jackpot.tensor.Packing;
import io.jackpot.tensor.ScalarOps;
import io.jackpot.tensor.Tensor;
import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ActivationsTest {
  private static final Set<Class<?>> WITH_BUFFERS =
      Set.of(Activations.class, Forward.class, Block.class, Block.Gradients.class);

  private static final Packing SHORT = Packing.ofLengths(3, 1, 6);

  private static int[] shortIds() {
    return Arrays.copyOf(TinyModels.ids(), SHORT.tokens());
  }

  /** Along the gradient of each tensor the loss must change by the gradient's squared norm. */
  @ParameterizedTest
  @ValueSource(strings = {"qwen2", "qwen3", "llama"})
  void gradientsAreThoseOfFiniteDifferences(String type) {
    try (Ops ops = new ScalarOps()) {
      Model model = TinyModels.model(type);
      NextTokenLoss loss = new NextTokenLoss(ops, model, SHORT, shortIds());
      var _ = loss.forward();
      Parameters gradients = loss.backward();
      model
          .parameters()
          .tensors()
          .forEach((name, weight) -> {
            Tensor gradient = gradients.get(name);
            double norm = Math.sqrt(ops.sumsOfSquares(List.of(gradient))[0]);
            assertThat(norm).as(name).isGreaterThan(1e-6);
            double h = 1e-2;
            float[] before = weight.data().clone();
            double[] values = new double[2];
            for (int side = 0; side < 2; side++) {
              for (int i = 0; i < before.length; i++) {
                double move = (side == 0 ? h : -h) * gradient.data()[i] / norm;
                weight.data()[i] = (float) (before[i] + move);
              }
              values[side] = loss.forward();
            }
            System.arraycopy(before, 0, weight.data(), 0, before.length);
            assertThat((values[0] - values[1]) / (2 * h))
                .as(name)
                .isCloseTo(norm, within(2e-3 * norm + 2e-5));
          });
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"qwen2", "qwen3", "llama"})
  void theNumberOfThreadsChangesNoBit(String type) {
    Parameters[] gradients = new Parameters[2];
    for (int threads = 1; threads <= 2; threads++) {
      try (Ops ops = OpsLookup.open(threads)) {
        NextTokenLoss loss =
            new NextTokenLoss(ops, TinyModels.model(type), TinyModels.PACKING, TinyModels.ids());
        var _ = loss.forward();
        gradients[threads - 1] = loss.backward();
      }
    }
    gradients[0]
        .tensors()
        .forEach((name, tensor) ->
            assertThat(gradients[1].get(name).data()).as(name).isEqualTo(tensor.data()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"qwen2", "qwen3", "llama"})
  void activationsThatAreComputedAgainAreTheSameInTheMemoryForeseen(String type) throws Exception {
    Packing packing = TinyModels.PACKING;
    Parameters[] gradients = new Parameters[2];
    for (int i = 0; i < 2; i++) {
      try (Ops ops = OpsLookup.open(1)) {
        Model model = TinyModels.model(type);
        Activations activations = new Activations(model, i == 1);
        NextTokenLoss loss = new NextTokenLoss(ops, model, packing, TinyModels.ids(), activations);
        var _ = loss.forward();
        gradients[i] = loss.backward();
        assertThat(floats(activations))
            .isEqualTo(
                packing.tokens()
                    * (Activations.floatsPerToken(model.config(), i == 1)
                        + Activations.backwardFloatsPerToken(model.config())));
      }
    }
    gradients[0]
        .tensors()
        .forEach((name, tensor) ->
            assertThat(gradients[1].get(name).data()).as(name).isEqualTo(tensor.data()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"qwen2", "qwen3", "llama"})
  void aForwardThatKeepsItsResultAloneHasTheSameBitsInTheMemoryForeseen(String type)
      throws Exception {
    try (Ops ops = OpsLookup.open(1)) {
      Model model = TinyModels.model(type);
      Packing packing = TinyModels.PACKING;
      Tensor kept = new Activations(model).forward(ops, TinyModels.ids(), packing);
      Activations frozen = Activations.ofFrozen(model);
      Tensor alone = frozen.forward(ops, TinyModels.ids(), packing);
      assertThat(Arrays.copyOf(alone.data(), alone.size()))
          .isEqualTo(Arrays.copyOf(kept.data(), kept.size()));
      assertThat(floats(frozen))
          .isPositive()
          .isLessThanOrEqualTo(packing.tokens() * Activations.frozenFloatsPerToken(model.config()));
      assertThatThrownBy(() -> frozen.backward(ops, alone, Parameters.zeros(model.config())))
          .hasMessageContaining("frozen");
    }
  }

  /** The floats of all buffers that can be reached from {@code owner}, each counted once. */
  private static long floats(Object owner) throws ReflectiveOperationException {
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Object> open = new ArrayDeque<>(List.of(owner));
    long floats = 0;
    while (!open.isEmpty()) {
      Object next = open.remove();
      if (!seen.add(next)) {
        continue;
      }
      if (next instanceof Buffer) {
        Field all = Buffer.class.getDeclaredField("all");
        all.setAccessible(true);
        floats += ((Tensor) all.get(next)).size();
      } else if (next instanceof List<?> list) {
        open.addAll(list);
      } else if (WITH_BUFFERS.contains(next.getClass())) {
        for (Field field : next.getClass().getDeclaredFields()) {
          field.setAccessible(true);
          open.add(field.get(next));
        }
      }
    }
    return floats;
  }

  @Test
  void aSequenceDoesNotSeeItsNeighbours() {
    try (Ops ops = OpsLookup.open(2)) {
      Model model = TinyModels.model("qwen3");
      int dim = model.config().hiddenSize();
      int[] ids = TinyModels.ids();
      Packing packing = TinyModels.PACKING;
      float[] together = new Activations(model).forward(ops, ids, packing).data().clone();
      for (int s = 0; s < packing.sequences(); s++) {
        int start = packing.start(s);
        int length = packing.length(s);
        int[] alone = Arrays.copyOfRange(ids, start, start + length);
        Tensor hidden = new Activations(model).forward(ops, alone, Packing.ofLengths(length));
        assertThat(Arrays.copyOf(hidden.data(), hidden.size()))
            .isEqualTo(Arrays.copyOfRange(together, start * dim, (start + length) * dim));
      }
    }
  }

  @Test
  void oneBatchCanBeOverfitted() {
    try (Ops ops = OpsLookup.open(2)) {
      Model model = Model.random(TinyModels.config("qwen3"), 1);
      Packing packing = Packing.ofLengths(11, 10);
      // All different: as rotary positions are relative, a model cannot know what follows a token
      // that has been repeated since the start.
      int[] ids = new int[packing.tokens()];
      Arrays.setAll(ids, i -> i * 7 % TinyModels.VOCABULARY);
      NextTokenLoss loss = new NextTokenLoss(ops, model, packing, ids);
      AdamW optimizer = new AdamW(model.config(), new AdamW.Options(0.9f, 0.95f, 1e-8f, 0, 1));
      double first = loss.forward();
      for (int step = 0; step < 150; step++) {
        var _ = loss.forward();
        Parameters gradients = loss.backward();
        optimizer.update(ops, model.parameters(), gradients, AdamW.norm(ops, gradients), 1e-2f);
      }
      assertThat(first).isGreaterThan(3);
      assertThat(loss.forward()).isLessThan(0.05);
    }
  }

  @Test
  void aNanInAGradientIsNamed() {
    try (Ops ops = OpsLookup.open(1)) {
      Parameters gradients = Parameters.zeros(TinyModels.config("llama"));
      gradients.get("model.layers.1.mlp.up_proj.weight").data()[5] = Float.NaN;
      assertThatThrownBy(() -> AdamW.norm(ops, gradients))
          .isInstanceOf(NonFiniteException.class)
          .hasMessageContaining("model.layers.1.mlp.up_proj.weight");
    }
  }

  /** Weights that are finite, but so large that a module's output is not, in the second block. */
  @ParameterizedTest
  @CsvSource({
    "qwen2, self_attn.q_proj.bias, self_attn.q_proj",
    "qwen3, self_attn.v_proj.weight, self_attn.v_proj",
    "qwen3, self_attn.o_proj.weight, self_attn.o_proj",
    "llama, input_layernorm.weight, input_layernorm",
    "llama, mlp.up_proj.weight, mlp.up_proj",
    "llama, mlp.down_proj.weight, mlp.down_proj"
  })
  void theFirstActivationThatIsNotFiniteIsNamed(String type, String weight, String module) {
    try (Ops ops = OpsLookup.open(1)) {
      Model model = TinyModels.model(type);
      for (boolean recompute : new boolean[] {false, true}) {
        Activations activations = new Activations(model, recompute);
        var _ = activations.forward(ops, TinyModels.ids(), TinyModels.PACKING);
        assertThat(activations.firstNonFinite(ops)).isEmpty();
      }
      Tensor large = model.parameters().get("model.layers.1." + weight);
      Arrays.fill(large.data(), weight.endsWith("bias") ? Float.NaN : Float.MAX_VALUE);
      for (boolean recompute : new boolean[] {false, true}) {
        Activations activations = new Activations(model, recompute);
        var _ = activations.forward(ops, TinyModels.ids(), TinyModels.PACKING);
        assertThat(activations.firstNonFinite(ops)).contains("model.layers.1." + module);
      }
      assertThat(model.parameters().firstNonFinite().isPresent())
          .isEqualTo(weight.endsWith("bias"));
    }
  }

  @Test
  void aSequenceLongerThanTheModelIsRefused() {
    try (Ops ops = OpsLookup.open(1)) {
      Activations activations = new Activations(TinyModels.model("llama"));
      assertThatThrownBy(() -> activations.forward(ops, new int[257], Packing.ofLengths(257)))
          .hasMessageContaining("257 tokens")
          .hasMessageContaining("256");
    }
  }
}
