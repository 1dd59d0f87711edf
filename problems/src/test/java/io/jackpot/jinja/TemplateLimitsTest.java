package io.jackpot.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates that would take forever, or all memory, end with an error; long inputs do not. */
class TemplateLimitsTest {
  private static final LocalDateTime NOW = LocalDateTime.parse("2026-03-05T14:07:09");
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final String DOUBLED =
      "{% set ns = namespace(x=['a'], y=['a']) %}{% for i in range(60) %}"
          + "{% set ns.x = [ns.x, ns.x] %}{% set ns.y = [ns.y, ns.y] %}{% endfor %}";

  private static final String NESTED =
      "{% set ns = namespace(x=['a'], y=['b']) %}{% for i in range(9999) %}"
          + "{% set ns.x = [ns.x] %}{% set ns.y = [ns.y] %}{% endfor %}";

  private static String rendered(String template, Map<String, ? extends @Nullable Object> values) {
    return Template.parse(template).render(values, NOW).text();
  }

  private static void assertRefused(String template, String message) {
    long time = THREADS.getCurrentThreadCpuTime();
    long bytes = THREADS.getCurrentThreadAllocatedBytes();
    assertThatThrownBy(() -> rendered(template, Map.of("a", 1L)))
        .as(template.length() > 200 ? template.substring(0, 200) : template)
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
    assertThat(THREADS.getCurrentThreadCpuTime() - time).as(template).isLessThan(3_000_000_000L);
    assertThat(THREADS.getCurrentThreadAllocatedBytes() - bytes).as(template).isLessThan(1L << 30);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for a in range(999) %}{% for b in range(999) %}{% for c in [b] %}{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in range(99999) %}{% if 'abab' in 'ab' * 99999 ~ 'b' %}{% endif %}{% endfor %}",
        "{% set l = range(99999) %}{% for a in l %}{% if l == l %}{% endif %}{% endfor %}",
        "{% set s = ' ' * 999999 %}{% for a in range(9999) %}{% set x = s | trim %}{% endfor %}",
        "{% set d = dict(a=1) %}{% for a in range(99999) %}{% for b in range(99999) %}{% if a is odd and d.a %}{% endif %}{% endfor %}{% endfor %}",
        "{% macro f(x) %}{% if x > 0 %}{{ f(x - 1) }}{{ f(x - 1) }}{% endif %}{% endmacro %}{{ f(60) }}",
        "{{ strftime_now('%A' * 1000000) }}",
        "{{ [{'a': 1}] | map(attribute='a.' * 1000000) | list }}",
      })
  void workIsLimited(String template) {
    assertRefused(template, ", the limit for ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for a in range(99999) %}{{ 'x' * 9999 }}{% endfor %}",
        "{{ 'x' * 999999999999 }}",
        "{{ ('x' * 1000000).join('x' * 1000000) }}",
        "{{ range(99999) | join('x' * 100000) }}",
        "{{ 'a' | indent(2000000000, true) }}",
        "{{ [[1, 2]] | tojson(indent=4611686018427387904) }}",
        "{{ ('\\n' * 1000000) | indent(2000000000, blank=true) }}",
        "{% set ns = namespace(s='x') %}{% for a in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(s=[1]) %}{% for a in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(s='xx') %}{% for a in range(99) %}{% set ns.s = ns.s | replace('x', 'xx') %}{% endfor %}",
        "{% set s = 'a ' * 100000 %}{% for a in range(99999) %}{% set x = s.split() %}{% endfor %}",
        "{% set s = 'a ' * 100000 %}{% for a in range(99999) %}{% set x = s | upper %}{% endfor %}",
        "{% set l = range(99999) %}{% for a in l %}{% set x = l | sort(reverse=true) %}{% endfor %}",
        "{% for a in 'x' * 20000000 %}{% endfor %}",
        "{% set x %}{{ 'x' * 1000000 }}{% endset %}{% for i in range(99) %}{% set y %}{{ x }}{% endset %}{% endfor %}",
      })
  void memoryIsLimited(String template) {
    assertRefused(template, "texts and lists of more than 64 MiB, the limit for ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ ns.x }}",
        "{{ ns.x == ns.y }}",
        "{{ ns.x <= ns.y }}",
        "{{ ns.x in [ns.y] }}",
        "{{ ns.x | tojson }}",
        "{{ [ns.x, ns.y] | unique }}"
      })
  void whatIsSharedIsPricedEachTime(String use) {
    assertRefused(DOUBLED + use, ", the limit for ");
    assertRefused(NESTED + use, use.contains("unique") ? "line 1" : "nested more than 500 deep");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      value = {
        "{{ 9 ** 99999999 }}                                  # overflow",
        "{{ 1 ** 999999999999999 }}{{ 9 ** 9 ** 9 }}          # overflow",
        "{{ ('9' * 2000000) | int }}                          # is too large",
        "{{ '1e999999999' | int }}                            # is too large",
        "{{ range(0, 9223372036854775807) }}                  # at most 100000 numbers",
        "{{ {[1]: 2} }}                                       # a list cannot be the key",
        "{{ {'a': namespace()} | tojson }}                    # a namespace has no JSON",
        "{{ raise_exception('x' * 10000000) }}                # xxx…",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}      # nested more than 500 deep",
        "{% macro f(a=f()) %}{% endmacro %}{{ f() }}          # nested more than 500 deep",
      })
  void theErrorNamesTheLimit(String template, String message) {
    assertRefused(template, message);
  }

  @Test
  void longAndDeepTemplatesAreRefused() {
    for (String deep :
        List.of(
            "{{ " + "(".repeat(100_000) + "1" + ")".repeat(100_000) + " }}",
            "{{ " + "[".repeat(100_000) + "]".repeat(100_000) + " }}",
            "{{ " + "-".repeat(100_000) + "1 }}",
            "{{ " + "not ".repeat(50_000) + "1 }}",
            "{{ " + "f(".repeat(50_000) + ")".repeat(50_000) + " }}",
            "{{ " + "a if a else ".repeat(20_000) + "1 }}",
            "{% if a %}".repeat(20_000),
            "{% if a %}" + "{% elif a %}".repeat(20_000) + "{% endif %}",
            "{{ a" + ".b".repeat(100_000) + " }}",
            "{{ a" + " + 1".repeat(50_000) + " }}")) {
      assertRefused(deep, "nested more than ");
    }
    assertRefused("{{ 1" + "_1".repeat(100_000) + " }}", "is too large");
    assertRefused("x".repeat(1_000_000), "longer than 262144 characters");
  }

  /** As Jinja 3.1 does. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      value = {
        "{{ 1.5 | round(100000000) }} {{ 1.5 | round(-100000000) }}      # 1.5 0.0",
        "{{ range(9223372036854775800, 9223372036854775807, 5) | length }}     # 2",
        "{{ range(5, -9223372036854775807, -9223372036854775807) | length }}   # 2",
        "{{ [1, 1.0, true, 2, 'a', 'A', none, none] | unique | list }}  # [1, 2, 'a', None]",
        "{{ range(99999) | unique | list | length }}                    # 99999",
        "{{ 'aaaa'.count('aa') }} {{ 'aaaa'.rfind('aa') }}              # 2 2",
        "{{ 'aab' in 'aaab' }} {{ 'aaab'.split('aab') }}                # True ['a', '']",
        "{{ 'ΑΣ. ΑΣΑ' | lower }} {{ 'ßΐ' | upper | length }}            # ας. ασα 5",
        "{{ 'abcd'[1:3] }} {{ 'a😀c'[1:] | length }} {{ 'a😀c'[::-1] }}   # bc 2 c😀a",
        "{% set n = namespace(a=1) %}{% set n.s = [n] %}{{ n }} {{ n == n }} {{ namespace() == namespace() }} # <Namespace {'a': 1, 's': [<Namespace {...}>]}> True False",
      })
  void whatLooksHugeIsComputed(String template, String expected) {
    assertThat(rendered(template, Map.of())).isEqualTo(expected);
  }

  @Test
  void longConversationsAreRendered() {
    List<Map<String, Object>> messages = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      messages.add(
          Map.of("role", i % 2 == 0 ? "user" : "assistant", "content", "wörd ".repeat(1000)));
    }
    String template =
        """
        {%- set ns = namespace(all='') %}
        {%- for m in messages[::-1] %}{% if m.content.startswith('<tool>') %}x{% endif %}{% endfor %}
        {%- for m in messages %}
        {%- set content = m.content | trim %}
        {%- if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}
        {%- set ns.all = ns.all ~ content[:1000] %}
        {{- '<|im_start|>' + m.role + '\\n' + content.lstrip('\\n') + '<|im_end|>' + '\\n' }}
        {%- if loop.last %}{{ m | tojson | length }}{% endif %}
        {%- endfor %}{{ ns.all | length }}\
        """;
    assertThat(rendered(template, Map.of("messages", messages))).hasSizeGreaterThan(1_000_000);
  }
}
