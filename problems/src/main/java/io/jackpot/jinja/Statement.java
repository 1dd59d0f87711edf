package io.jackpot.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a template does. */
sealed interface Statement {

  record Data(String text) implements Statement {}

  record Output(Expr value) implements Statement {}

  /**
   * @param targets names that get the item, or its parts where there are several
   * @param condition of the items that count
   */
  record For(
      List<String> targets,
      Expr items,
      @Nullable Expr condition,
      List<Statement> body,
      List<Statement> otherwise,
      int line)
      implements Statement {}

  record If(Expr condition, List<Statement> then, List<Statement> otherwise) implements Statement {}

  /**
   * @param targets names, or one name and the attribute of a namespace
   */
  record Set(List<String> targets, @Nullable String attribute, Expr value, int line)
      implements Statement {}

  /** {@code set name} with what a body writes. */
  record SetBlock(String target, List<Statement> body) implements Statement {}

  /**
   * @param defaults of the last parameters
   */
  record Macro(String name, List<String> parameters, List<Expr> defaults, List<Statement> body)
      implements Statement {}

  /** A body on its own. */
  record Body(List<Statement> body) implements Statement {}

  record Break() implements Statement {}

  record Continue() implements Statement {}
}
