package io.jackpot.fuzz;

import java.util.List;
import java.util.stream.Stream;

/** All readers. */
final class Targets {
  private static final List<Target> ALL =
      Stream.of(
              DataTargets.all(),
              ModelTargets.all(),
              RunTargets.all(),
              ResumeTargets.all(),
              LineTargets.all(),
              TemplateTargets.all(),
              TokenizerTargets.all())
          .flatMap(List::stream)
          .toList();

  private Targets() {}

  static List<Target> all() {
    return ALL;
  }

  static Target named(String name) {
    return ALL.stream()
        .filter(target -> target.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(name + ": no such target"));
  }
}
