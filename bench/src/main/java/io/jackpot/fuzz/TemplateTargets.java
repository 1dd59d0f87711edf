package io.jackpot.fuzz;

import io.jackpot.fuzz.Target.Input;
import io.jackpot.problems.Message;
import io.jackpot.prompts.ChatTemplate;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** Chat templates. */
final class TemplateTargets {
  private static final String FILE = "chat_template.jinja";

  /** How many times the repeated part of a template is repeated. */
  private static final int MANY = 50_000;

  /** Templates that are a beginning, a part that is repeated, and an end. */
  private static final List<List<String>> REPEATED =
      List.of(
          List.of("{{ ", "(", "1 }}"),
          List.of("{{ ", "[", "1 }}"),
          List.of("{{ ", "{1:", "1 }}"),
          List.of("{{ ", "-", "1 }}"),
          List.of("{{ ", "not ", "1 }}"),
          List.of("{{ ", "a(", "1 }}"),
          List.of("{{ a", " + 1", " }}"),
          List.of("{{ a", " ** 1", " }}"),
          List.of("{{ a", " and a", " }}"),
          List.of("{{ a", " < a", " }}"),
          List.of("{{ a", ".b", " }}"),
          List.of("{{ a", "[0]", " }}"),
          List.of("{{ a", "|length", " }}"),
          List.of("{{ a", "(1)", " }}"),
          List.of("{{ a", " is a", " }}"),
          List.of("{{ a", " if a", " }}"),
          List.of("{{ a ", "if a else a ", "}}"),
          List.of("{% if a %}", "{% elif a %}", "{% endif %}"),
          List.of("", "{% if a %}", ""),
          List.of("", "{% for a in b %}", ""),
          List.of("", "{% set a %}", ""),
          List.of("", "{% macro a() %}", ""),
          List.of("{{ 1", "_1", " }}"),
          List.of("{{ ", "1", " }}"),
          List.of("{{ 1.", "1", " }}"),
          List.of("{{ 1e", "1", " }}"),
          List.of("{# ", "x", ""),
          List.of("", "{#", ""),
          List.of("", "{##}", ""),
          List.of("", "{", ""),
          List.of("{{ \"", "\\", "\" }}"),
          List.of("{{ \"", "x", ""),
          List.of("{{", " ", ""),
          List.of("{% raw %}", "{%", ""),
          List.of("{% raw %}", "{%   ", ""),
          List.of("{%", " ", "raw %}"),
          List.of("", "{%-", ""),
          List.of("", " {%- ", ""),
          List.of("", "\n {{a}}", ""),
          List.of("{{ ''", " 'a' ", " }}"),
          List.of("{{ [", "1,", "] }}"),
          List.of("{{ {", "'a':1,", "} }}"),
          List.of("{{ f(", "a,", ") }}"),
          List.of("{% set a ", ",a ", "= 1 %}"),
          List.of("", "x", ""));

  private TemplateTargets() {}

  static List<Target> all() {
    return List.of(
        new Target(
            "chat templates",
            known(),
            choices -> {
              String text = TemplateText.random(choices);
              byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
              return Input.of(FILE, choices.oneIn(8) ? choices.damaged(bytes) : bytes);
            },
            TemplateTargets::render));
  }

  private static Map<String, Supplier<Input>> known() {
    Map<String, Supplier<Input>> known = new LinkedHashMap<>();
    try (InputStream file =
        Objects.requireNonNull(TemplateTargets.class.getResourceAsStream("templates.txt"))) {
      for (String line : new String(file.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        known.put("template " + (known.size() + 1), () -> Input.of(FILE, line));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (List<String> parts : REPEATED) {
      for (int times : new int[] {150, 3_000, MANY}) {
        known.put(
            "repeated " + (known.size() + 1),
            () -> Input.of(FILE, parts.get(0) + parts.get(1).repeat(times) + parts.get(2)));
      }
    }
    known.put("a large file", () -> Input.of(FILE, "x".repeat(50_000_000)));
    return known;
  }

  private static void render(Path folder) {
    ChatTemplate template = ChatTemplate.find(folder, LocalDateTime.of(2026, 1, 1, 0, 0));
    Objects.requireNonNull(template)
        .render(
            List.of(
                new Message("user", "a b"),
                new Message("assistant", "Lörem ipsum <b>\n".repeat(6_000))));
  }
}
