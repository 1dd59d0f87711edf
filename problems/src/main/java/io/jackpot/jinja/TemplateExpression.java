package io.jackpot.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An expression; {@code line} is its line in the template. */
sealed interface TemplateExpression {
  int line();

  record Literal(@Nullable Object value, int line) implements TemplateExpression {}

  record Name(String name, int line) implements TemplateExpression {}

  record ListOf(List<TemplateExpression> items, int line) implements TemplateExpression {}

  record DictOf(List<TemplateExpression> keys, List<TemplateExpression> values, int line)
      implements TemplateExpression {}

  /** {@code of.name}. */
  record Attribute(TemplateExpression of, String name, int line) implements TemplateExpression {}

  /** {@code of[key]}. */
  record Item(TemplateExpression of, TemplateExpression key, int line)
      implements TemplateExpression {}

  /** {@code of[from:to:step]}. */
  record Slice(
      TemplateExpression of,
      @Nullable TemplateExpression from,
      @Nullable TemplateExpression to,
      @Nullable TemplateExpression step,
      int line)
      implements TemplateExpression {}

  record Invocation(TemplateExpression of, Arguments arguments, int line)
      implements TemplateExpression {}

  /** {@code of | name(arguments)}. */
  record Filtered(TemplateExpression of, String name, Arguments arguments, int line)
      implements TemplateExpression {}

  /** {@code of is name(arguments)}. */
  record Tested(TemplateExpression of, String name, Arguments arguments, int line)
      implements TemplateExpression {}

  record Unary(String operator, TemplateExpression of, int line) implements TemplateExpression {}

  record Binary(String operator, TemplateExpression left, TemplateExpression right, int line)
      implements TemplateExpression {}

  /** {@code then if condition else otherwise}. */
  record Conditional(
      TemplateExpression condition,
      TemplateExpression then,
      @Nullable TemplateExpression otherwise,
      int line)
      implements TemplateExpression {}

  /** The arguments of a call: by position, then by name. */
  record Arguments(
      List<TemplateExpression> places, List<String> names, List<TemplateExpression> named) {
    static final Arguments NONE = new Arguments(List.of(), List.of(), List.of());
  }
}
