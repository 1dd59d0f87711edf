package io.jackpot.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names with their values; what a loop or a macro sets is gone when it ends. */
final class Scope {
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
      if (scope.values.containsKey(name)) {
        return scope.values.get(name);
      }
    }
    return new Values.Undefined(name);
  }
}
