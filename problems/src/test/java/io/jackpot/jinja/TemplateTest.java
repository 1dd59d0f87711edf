package io.jackpot.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Compares with the Jinja of transformers ({@code bench/peers/chat_golden.py}). */
class TemplateTest {
  private static final LocalDateTime NOW = LocalDateTime.parse("2026-03-05T14:07:09");

  @Test
  void rendersWhatTransformersDoes() throws IOException {
    SoftAssertions soft = new SoftAssertions();
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    int compared = 0;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(getClass().getResourceAsStream("golden.jsonl")),
                StandardCharsets.UTF_8))) {
      for (String text = lines.readLine(); text != null; text = lines.readLine()) {
        JsonNode line = JsonMapper.shared().readTree(text);
        if (line.has("values")) {
          line.get("values")
              .properties()
              .forEach(entry -> values.put(entry.getKey(), value(entry.getValue())));
          continue;
        }
        String template = line.get("template").stringValue();
        compared++;
        soft.assertThat(rendered(template, values))
            .as(template)
            .isEqualTo(line.has("text") ? line.get("text").stringValue() : null);
      }
    }
    soft.assertAll();
    assertThat(compared).isGreaterThan(250);
  }

  private static @Nullable String rendered(String template, Map<String, @Nullable Object> values) {
    try {
      return Template.parse(template).render(values, NOW).text();
    } catch (TemplateException e) {
      assertThat(e).hasMessageNotContaining("\n");
      return null;
    }
  }

  private static @Nullable Object value(JsonNode node) {
    if (node.isArray()) {
      List<@Nullable Object> list = new ArrayList<>();
      node.forEach(item -> list.add(value(item)));
      return list;
    }
    if (node.isObject()) {
      Map<String, @Nullable Object> map = new LinkedHashMap<>();
      node.properties().forEach(entry -> map.put(entry.getKey(), value(entry.getValue())));
      return map;
    }
    return switch (node.getNodeType()) {
      case NULL -> null;
      case BOOLEAN -> node.booleanValue();
      case NUMBER -> node.isIntegralNumber() ? (Object) node.longValue() : node.doubleValue();
      default -> node.stringValue();
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '=',
      value = {
        "%d %b %Y = 05 Mar 2026",
        "%A, %B %-d, %y = Thursday, March 5, 26",
        "%H:%M:%S %I %p %j %a%% = 14:07:09 02 PM 064 Thu%",
      })
  void theTimeIsTheOneGiven(String format, String expected) {
    assertThat(rendered("{{ strftime_now('" + format + "') }}", Map.of())).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '=',
      value = {
        "{% include 'x' %} = line 1: \"include\" is not supported, expected one of for, if, set",
        "a{{ 1 = line 1: a tag without }}",
        "{{ 'a }} = line 1: a string without its closing '",
        "{# a = line 1: a comment without #}",
        "{% if x %}a = ends where",
        "{% for x %}{% endfor %} = expected in",
        "{% endif %} = \"endif\" is not supported",
        "{{ 1 2 }} = found \"2\", expected }}",
        "{{ }} = }} where a value is expected",
        "{{ a ; b }} = \";\" has no meaning here",
        "{{ a | frobnicate }} = the filter frobnicate is not supported, expected one of trim",
        "{{ a is frobbed }} = the test frobbed is not supported",
        "{{ strftime_now('%Q') }} = strftime_now: %Q is not supported",
        "{{ 99999999999999999999 }} = is too large",
        "{% for a in [1] recursive %}{% endfor %} = recursive loops are not supported",
        "{{ raise_exception('Only user roles!') }} = Only user roles!",
      })
  void whatIsNotSupportedIsNamed(String template, String message) {
    assertThatThrownBy(() -> Template.parse(template).render(Map.of(), NOW))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }
}
