package io.jackpot.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An expression; {@code line} is where it stands in the template. */
sealed interface Expr {
  int line();

  record Literal(@Nullable Object value, int line) implements Expr {}

  record Name(String name, int line) implements Expr {}

  record ListOf(List<Expr> items, int line) implements Expr {}

  record DictOf(List<Expr> keys, List<Expr> values, int line) implements Expr {}

  /** {@code of.name}. */
  record Attribute(Expr of, String name, int line) implements Expr {}

  /** {@code of[key]}. */
  record Item(Expr of, Expr key, int line) implements Expr {}

  /** {@code of[from:to:step]}. */
  record Slice(Expr of, @Nullable Expr from, @Nullable Expr to, @Nullable Expr step, int line)
      implements Expr {}

  record Call(Expr of, Arguments arguments, int line) implements Expr {}

  /** {@code of | name(arguments)}. */
  record Filter(Expr of, String name, Arguments arguments, int line) implements Expr {}

  /** {@code of is name(arguments)}. */
  record Test(Expr of, String name, Arguments arguments, int line) implements Expr {}

  record Unary(String operator, Expr of, int line) implements Expr {}

  record Binary(String operator, Expr left, Expr right, int line) implements Expr {}

  /** {@code then if condition else otherwise}. */
  record Conditional(Expr condition, Expr then, @Nullable Expr otherwise, int line)
      implements Expr {}

  /** What a call is given: by place, then by name. */
  record Arguments(List<Expr> places, List<String> names, List<Expr> named) {
    static final Arguments NONE = new Arguments(List.of(), List.of(), List.of());
  }
}
