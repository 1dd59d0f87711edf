package io.jackpot.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.jsoup.Jsoup;
import org.junit.jupiter.api.Test;

class MarkupTest {
  @Test
  void textIsText() {
    String hostile = "</td><script>alert('x')</script> & \"quoted\" 'too' \n\t é 🎰 日本";
    String page = "<p title=\"" + Markup.escape(hostile) + "\">" + Markup.escape(hostile) + "</p>";
    var element = Jsoup.parse(page).expectFirst("p");
    assertThat(element.wholeText()).isEqualTo(hostile);
    assertThat(element.attr("title")).isEqualTo(hostile);
    assertThat(Jsoup.parse(page).select("script")).isEmpty();
  }

  @Test
  void whatXmlHasNotIsReplaced() {
    assertThat(Markup.escape("a\0b\33c\ud800d\uffffe\177")).isEqualTo("a�b�c�d�e�");
  }

  @Test
  void whatIsNotSeenIsSpelledOut() {
    String text = "1\r2\u001b[31m3\u202e4\u200f5\u00ad6\ud8007\u20288\n9\t0";
    assertThat(Jsoup.parse(Markup.visible(text, 100)).wholeText())
        .isEqualTo("1\\u000d2\\u001b[31m3\\u202e4\\u200f5\\u00ad6\\ud8007\\u20288\n9\t0");
    assertThat(Jsoup.parse(Markup.visible("שלום 🎰 e\u0301", 100)).wholeText())
        .isEqualTo("שלום 🎰 e\u0301");
    assertThat(Markup.visible("\ud83c\udfb0\ud83c\udfb0", 1))
        .isEqualTo("🎰<i class=\"code\">… 1 more characters</i>");
    assertThat(Markup.visible("\udb40\udc41", 5)).isEqualTo("<i class=\"code\">\\u{e0041}</i>");
  }
}
