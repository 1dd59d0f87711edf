package io.jackpot.fuzz;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A reader under attack.
 *
 * @param name the class of attack, a row of the table
 * @param known inputs written by hand, by what they try
 * @param make makes an input that is valid but for what the choices change
 * @param reader reads an input; only an {@link io.jackpot.input.InputException} may come out
 */
record Target(
    String name, Map<String, Supplier<Input>> known, Function<Choices, Input> make, Reader reader) {

  /**
   * The files of an input by name.
   *
   * @param files a name may hold folders: {@code checkpoints/latest}
   */
  record Input(Map<String, byte[]> files) {
    static Input of(String name, byte[] content) {
      return new Input(Map.of(name, content));
    }

    static Input of(String name, String content) {
      return of(name, content.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** What {@code maker} makes, made when it is needed first. */
  static <T> Supplier<T> once(Supplier<T> maker) {
    List<T> made = new ArrayList<>();
    return () -> {
      if (made.isEmpty()) {
        made.add(maker.get());
      }
      return made.getFirst();
    };
  }

  /** Reads an input. */
  interface Reader {
    /**
     * @param folder holds the files of the input
     */
    void read(Path folder) throws Exception;
  }
}
