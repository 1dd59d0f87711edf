package io.jackpot.jinja;

import io.jackpot.jinja.Template.Rendering;
import io.jackpot.jinja.Template.Span;
import io.jackpot.jinja.TemplateExpression.Arguments;
import io.jackpot.jinja.Values.Function;
import io.jackpot.jinja.Values.Namespace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs a template in bounded time and memory. */
final class Interpreter {
  /** The size in bytes of what a macro keeps: itself and the names where it stands. */
  private static final int MACRO = 512;

  /** The way in which a body ended. */
  private enum Flow {
    NORMAL,
    BREAK,
    CONTINUE
  }

  private final Budget budget;
  private final List<Span> generated = new ArrayList<>();
  private final BoundedText text;
  private BoundedText out;

  Interpreter(Budget budget) {
    this.budget = budget;
    text = new BoundedText(budget);
    out = text;
  }

  /** Names with their values; names that a loop or a macro sets are gone when it ends. */
  private final class Scope {
    private final Map<String, @Nullable Object> values = new HashMap<>();
    private final @Nullable Scope outer;

    Scope(@Nullable Scope outer) {
      this.outer = outer;
    }

    void set(String name, @Nullable Object value) {
      values.put(name, value);
    }

    @Nullable Object get(String name) {
      for (Scope scope = this; scope != null; scope = scope.outer) {
        budget.items(1);
        if (scope.values.containsKey(name)) {
          return scope.values.get(name);
        }
      }
      return new Values.Undefined(name);
    }
  }

  /**
   * What a template writes.
   *
   * @param values the values of names, which hide the globals of the same name
   * @throws TemplateException if the template fails or exceeds a limit
   */
  Rendering run(
      List<TemplateStatement> template,
      Map<String, Function> globals,
      Map<String, ? extends @Nullable Object> values) {
    Scope outer = new Scope(null);
    globals.forEach(outer::set);
    Scope scope = new Scope(outer);
    values.forEach(scope::set);
    body(template, scope);
    return new Rendering(text.toString(), generated);
  }

  private Flow generation(TemplateStatement.Generation marked, Scope scope) {
    int start = out.length();
    Flow flow = body(marked.body(), scope);
    if (out == text && out.length() > start) {
      generated.add(new Span(start, out.length()));
    }
    return flow;
  }

  private Flow body(List<TemplateStatement> body, Scope scope) {
    budget.enter();
    Flow flow = Flow.NORMAL;
    for (int i = 0; i < body.size() && flow == Flow.NORMAL; i++) {
      budget.step();
      flow = statement(body.get(i), scope);
    }
    budget.leave();
    return flow;
  }

  private Flow statement(TemplateStatement statement, Scope scope) {
    switch (statement) {
      case TemplateStatement.Data data -> out.append(data.text());
      case TemplateStatement.Output output -> write(output.value(), scope);
      case TemplateStatement.If condition -> {
        boolean holds = Values.truth(value(condition.condition(), scope));
        return body(holds ? condition.then() : condition.otherwise(), scope);
      }
      case TemplateStatement.For loop -> loop(loop, scope);
      case TemplateStatement.Set set -> set(set, scope);
      case TemplateStatement.SetBlock set ->
          scope.set(set.target(), written(set.body(), new Scope(scope)));
      case TemplateStatement.Macro macro -> scope.set(macro.name(), macro(macro, scope));
      case TemplateStatement.Generation marked -> {
        return generation(marked, scope);
      }
      case TemplateStatement.Break end -> {
        return Flow.BREAK;
      }
      case TemplateStatement.Continue next -> {
        return Flow.CONTINUE;
      }
    }
    return Flow.NORMAL;
  }

  private void write(TemplateExpression expr, Scope scope) {
    Object value = value(expr, scope);
    at(expr.line(), () -> out.append(Values.text(budget, value)));
  }

  /** The text that a body writes. */
  private String written(List<TemplateStatement> body, Scope scope) {
    BoundedText outer = out;
    out = new BoundedText(budget);
    try {
      body(body, scope);
      return out.toString();
    } finally {
      out = outer;
    }
  }

  private void loop(TemplateStatement.For loop, Scope scope) {
    Object visited = value(loop.items(), scope);
    List<@Nullable Object> items = at(loop.line(), () -> Values.items(budget, visited));
    if (loop.condition() != null) {
      TemplateExpression condition = loop.condition();
      items.removeIf(item -> !Values.truth(value(condition, inner(loop, item, scope))));
    }
    for (int i = 0; i < items.size(); i++) {
      Scope inner = inner(loop, items.get(i), scope);
      inner.set("loop", new Values.Loop(items, i));
      if (body(loop.body(), inner) == Flow.BREAK) {
        return;
      }
    }
    if (items.isEmpty()) {
      body(loop.otherwise(), new Scope(scope));
    }
  }

  /** The names for one iteration. */
  private Scope inner(TemplateStatement.For loop, @Nullable Object item, Scope scope) {
    budget.step();
    Scope inner = new Scope(scope);
    assign(loop.targets(), item, inner, loop.line());
    return inner;
  }

  private void set(TemplateStatement.Set set, Scope scope) {
    Object value = value(set.value(), scope);
    if (set.attribute() == null) {
      assign(set.targets(), value, scope, set.line());
    } else if (scope.get(set.targets().getFirst()) instanceof Namespace namespace) {
      at(
          set.line(),
          () -> {
            budget.dict(1);
            return namespace.attributes().put(set.attribute(), value);
          });
    } else {
      throw new TemplateException(
          set.line(), set.targets().getFirst() + " is no namespace, so nothing in it can be set");
    }
  }

  private void assign(List<String> targets, @Nullable Object value, Scope scope, int line) {
    if (targets.size() == 1) {
      scope.set(targets.getFirst(), value);
      return;
    }
    List<@Nullable Object> parts = at(line, () -> Values.items(budget, value));
    if (parts.size() != targets.size()) {
      throw new TemplateException(line, parts.size() + " values for " + targets.size() + " names");
    }
    for (int i = 0; i < parts.size(); i++) {
      scope.set(targets.get(i), parts.get(i));
    }
  }

  private Function macro(TemplateStatement.Macro macro, Scope scope) {
    int required = macro.parameters().size() - macro.defaults().size();
    budget.memory(MACRO);
    return call -> {
      Scope inner = new Scope(scope);
      for (int i = 0; i < macro.parameters().size(); i++) {
        String parameter = macro.parameters().get(i);
        boolean given = i < call.places().size() || call.named().containsKey(parameter);
        inner.set(
            parameter,
            given || i < required
                ? call.get(i, parameter, new Values.Undefined(parameter))
                : value(macro.defaults().get(i - required), inner));
      }
      List<String> unknown = new ArrayList<>(call.named().keySet());
      unknown.removeAll(macro.parameters());
      if (call.places().size() > macro.parameters().size() || !unknown.isEmpty()) {
        throw new IllegalArgumentException(
            macro.name() + ": expected the arguments " + String.join(", ", macro.parameters()));
      }
      return written(macro.body(), inner);
    };
  }

  /** Runs a calculation and adds the line to the error if it fails. */
  private static <T extends @Nullable Object> T at(
      int line, java.util.function.Supplier<T> calculation) {
    try {
      return calculation.get();
    } catch (IllegalArgumentException | ArithmeticException | ClassCastException e) {
      throw new TemplateException(line, String.valueOf(e.getMessage()));
    }
  }

  private @Nullable Object value(TemplateExpression expr, Scope scope) {
    try {
      budget.step();
      budget.enter();
      Object value = evaluate(expr, scope);
      budget.leave();
      return value;
    } catch (IllegalArgumentException | ArithmeticException | ClassCastException e) {
      throw new TemplateException(expr.line(), String.valueOf(e.getMessage()));
    }
  }

  private @Nullable Object evaluate(TemplateExpression expr, Scope scope) {
    return switch (expr) {
      case TemplateExpression.Literal literal -> literal.value();
      case TemplateExpression.Name name -> scope.get(name.name());
      case TemplateExpression.ListOf list -> values(list.items(), scope);
      case TemplateExpression.DictOf dict -> dict(dict, scope);
      case TemplateExpression.Attribute attribute ->
          Access.attribute(budget, value(attribute.of(), scope), attribute.name());
      case TemplateExpression.Item item ->
          Access.item(budget, value(item.of(), scope), value(item.key(), scope));
      case TemplateExpression.Slice slice ->
          Access.slice(
              budget,
              value(slice.of(), scope),
              optional(slice.from(), scope),
              optional(slice.to(), scope),
              optional(slice.step(), scope));
      case TemplateExpression.Invocation call -> {
        if (value(call.of(), scope) instanceof Function function) {
          yield function.call(arguments(shown(call.of()), call.arguments(), scope));
        }
        throw new IllegalArgumentException(shown(call.of()) + " cannot be called");
      }
      case TemplateExpression.Filtered filter ->
          Filters.apply(
              filter.name(),
              value(filter.of(), scope),
              arguments(filter.name(), filter.arguments(), scope));
      case TemplateExpression.Tested test ->
          Tests.holds(
              test.name(),
              value(test.of(), scope),
              arguments(test.name(), test.arguments(), scope));
      case TemplateExpression.Unary unary -> {
        Object of = value(unary.of(), scope);
        yield switch (unary.operator()) {
          case "not" -> (Object) !Values.truth(of);
          case "-" -> Arithmetic.negate(of);
          default -> of;
        };
      }
      case TemplateExpression.Binary binary -> binary(binary, scope);
      case TemplateExpression.Conditional conditional ->
          Values.truth(value(conditional.condition(), scope))
              ? value(conditional.then(), scope)
              : conditional.otherwise() == null
                  ? new Values.Undefined("what an if without else gives")
                  : value(conditional.otherwise(), scope);
    };
  }

  private static String shown(TemplateExpression expr) {
    return switch (expr) {
      case TemplateExpression.Name name -> name.name();
      case TemplateExpression.Attribute attribute -> attribute.name();
      default -> "a value";
    };
  }

  private @Nullable Object binary(TemplateExpression.Binary binary, Scope scope) {
    Object left = value(binary.left(), scope);
    return switch (binary.operator()) {
      case "and" -> Values.truth(left) ? value(binary.right(), scope) : left;
      case "or" -> Values.truth(left) ? left : value(binary.right(), scope);
      default -> Arithmetic.apply(budget, binary.operator(), left, value(binary.right(), scope));
    };
  }

  private @Nullable Object optional(@Nullable TemplateExpression expr, Scope scope) {
    return expr == null ? null : value(expr, scope);
  }

  private List<@Nullable Object> values(List<TemplateExpression> exprs, Scope scope) {
    budget.list(exprs.size());
    List<@Nullable Object> values = new ArrayList<>(exprs.size());
    exprs.forEach(expr -> values.add(value(expr, scope)));
    return values;
  }

  private Map<@Nullable Object, @Nullable Object> dict(
      TemplateExpression.DictOf dict, Scope scope) {
    budget.dict(dict.keys().size());
    Map<@Nullable Object, @Nullable Object> values = new LinkedHashMap<>();
    for (int i = 0; i < dict.keys().size(); i++) {
      Object key = value(dict.keys().get(i), scope);
      if (!Values.isKey(key)) {
        throw new IllegalArgumentException(Values.kind(key) + " cannot be the key of a dict");
      }
      values.put(key, value(dict.values().get(i), scope));
    }
    return values;
  }

  private CallArguments arguments(String name, Arguments arguments, Scope scope) {
    Map<String, @Nullable Object> named = new LinkedHashMap<>();
    for (int i = 0; i < arguments.names().size(); i++) {
      named.put(arguments.names().get(i), value(arguments.named().get(i), scope));
    }
    return new CallArguments(budget, name, values(arguments.places(), scope), named);
  }
}
