package io.jackpot.answers;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What commands of LaTeX, signs of Unicode and runs of letters stand for. */
final class Lexicon {
  private Lexicon() {}

  /**
   * @param lines words with one meaning, divided by spaces; the first is the one they stand for
   * @return what each word stands for; may be added to
   */
  static Map<String, String> synonyms(String... lines) {
    Map<String, String> meanings = new HashMap<>();
    for (String line : lines) {
      String[] words = line.split(" ", -1);
      for (String word : words) {
        meanings.put(word, words[0]);
      }
    }
    return meanings;
  }

  /** Stands before the name of a set of numbers, as in ℝ. */
  static final String NUMBER_SET = "bb";

  /** Commands that only say how something looks. */
  static final Set<String> IGNORED =
      Set.of(
          "left",
          "right",
          "middle",
          "big",
          "Big",
          "bigg",
          "Bigg",
          "bigl",
          "bigr",
          "Bigl",
          "Bigr",
          "biggl",
          "biggr",
          "Biggl",
          "Biggr",
          "displaystyle",
          "textstyle",
          "limits",
          "nolimits",
          ",",
          ";",
          ":",
          "!",
          " ",
          ">",
          "quad",
          "qquad",
          "space",
          "thinspace",
          "rm",
          "bf",
          "it",
          "large",
          "Large",
          "hline",
          "boxed",
          "fbox",
          "(",
          ")",
          "[",
          "]",
          "strut");

  /** Commands whose argument is not to be seen, or says how to show what follows. */
  static final Set<String> INVISIBLE =
      Set.of("hspace", "vspace", "mspace", "color", "textcolor", "phantom", "hphantom", "tag");

  /** Commands whose argument is text or letters in some typeface. */
  static final Set<String> TEXT =
      Set.of(
          "text",
          "underline",
          "textbf",
          "textrm",
          "textit",
          "texttt",
          "textsf",
          "textnormal",
          "mbox",
          "hbox",
          "mathrm",
          "mathbf",
          "mathit",
          "mathsf",
          "mathcal",
          "mathbb",
          "operatorname",
          "emph",
          "boldsymbol",
          "bold",
          "mathnormal",
          "bm");

  /** Marks over a letter, which make it another name. */
  static final Set<String> ACCENTS =
      Set.of(
          "vec",
          "hat",
          "bar",
          "tilde",
          "overline",
          "overrightarrow",
          "widehat",
          "angle",
          "triangle",
          "dot",
          "overleftrightarrow",
          "widetilde");

  static final Map<String, String> FUNCTION_NAMES =
      Map.ofEntries(
          Map.entry("asin", "arcsin"),
          Map.entry("acos", "arccos"),
          Map.entry("atan", "arctan"),
          Map.entry("tg", "tan"),
          Map.entry("ctg", "cot"),
          Map.entry("arctg", "arctan"),
          Map.entry("cosec", "csc"),
          Map.entry("lg", "lg"),
          Map.entry("exp", "exp"),
          Map.entry("ceiling", "ceil"));

  /** Functions whose names are also units or words where no argument follows. */
  static final Set<String> WORDLIKE = Set.of("sec", "min", "max", "floor", "abs", "ceil", "exp");

  /** The sign that is meant, then the commands and characters that mean it. */
  private static final Map<String, String> SIGNS =
      synonyms(
          "frac dfrac tfrac cfrac",
          "binom dbinom tbinom choose-of",
          "sqrt √ ∛",
          "* times cdot ast bullet × · ⋅ ∙ ∗ •",
          "/ div ÷ ∕ ⁄ ／",
          "- − – — ‐ ‑ ﹣ －",
          "+ ＋",
          "= ＝",
          "± pm",
          "∓ mp",
          "≤ le leq leqslant ⩽ ≦",
          "≥ ge geq geqslant ⩾ ≧",
          "< lt ＜",
          "> gt ＞",
          "≠ ne neq",
          "≈ approx simeq ≃ ≅ cong",
          "≡ equiv",
          "∈ in",
          "∪ cup bigcup",
          "∩ cap bigcap",
          "∅ emptyset varnothing ∅",
          "\\{ lbrace",
          "\\} rbrace",
          "| vert lvert rvert mid ∣ ｜",
          "[ lbrack ［",
          "] rbrack ］",
          "( lparen （",
          ") rparen ）",
          ", ， 、",
          ": ： colon",
          "; ；",
          "⌊ lfloor",
          "⌋ rfloor",
          "⌈ lceil",
          "⌉ rceil",
          "⟨ langle 〈",
          "⟩ rangle 〉",
          "° circ degree º",
          "% ％",
          "£ pounds",
          "€ euro",
          "mod pmod bmod",
          "' prime ′",
          "... ldots dots cdots …",
          "→ to rightarrow Rightarrow implies Longrightarrow mapsto ⇒ iff Leftrightarrow",
          "∖ setminus backslash",
          "and wedge land ∧",
          "or vee lor ∨");

  static {
    for (String sign : List.of("^", "_", "!", "{", "}", "&", "¥", "₹", "¢", "$", "∥")) {
      SIGNS.put(sign, sign);
    }
  }

  private static final Map<String, String> SYMBOLS =
      synonyms(
          "alpha α",
          "beta β",
          "gamma γ",
          "delta δ",
          "epsilon ε varepsilon ϵ",
          "zeta ζ",
          "eta η",
          "theta θ vartheta",
          "iota ι",
          "kappa κ",
          "lambda λ",
          "mu μ µ",
          "nu ν",
          "xi ξ",
          "pi π",
          "rho ρ varrho",
          "sigma σ",
          "tau τ",
          "upsilon υ",
          "phi φ varphi ϕ",
          "chi χ",
          "psi ψ",
          "omega ω",
          "Gamma Γ",
          "Delta Δ",
          "Theta Θ",
          "Lambda Λ",
          "Xi Ξ",
          "Pi Π",
          "Sigma Σ",
          "Phi Φ",
          "Psi Ψ",
          "Omega Ω",
          "oo infty infinity ∞ inf Infinity",
          "ell ℓ",
          "bbR ℝ",
          "bbZ ℤ",
          "bbN ℕ",
          "bbQ ℚ",
          "bbC ℂ");

  /** Short words of English, which are no products of variables. */
  private static final Set<String> SHORT_WORDS =
      Set.of(
          "no", "not", "yes", "the", "is", "are", "was", "for", "all", "any", "odd", "one", "two",
          "six", "ten", "of", "to", "if", "it", "as", "at", "by", "be", "so", "we", "he", "she",
          "but", "per", "dne", "cup", "man", "men", "day", "box", "way", "out", "red", "boy", "egg",
          "pen", "car", "bus", "dog", "cat", "hat", "now", "sum", "has", "had", "his", "her", "its",
          "who", "why", "how", "may", "nor", "off", "won", "win", "new", "old", "top", "left", "sq",
          "won't", "from", "with", "pm", "am", "bag", "jar", "cow", "pie", "row", "set", "tie",
          "ton", "try", "toy", "ans", "let", "say", "put", "get", "use", "our", "can", "did",
          "see");

  /** The sign that a command or character stands for, or null. */
  static @org.jspecify.annotations.Nullable String sign(String name) {
    return SIGNS.get(name);
  }

  /** The symbol that a command, name or character stands for, or null. */
  static @org.jspecify.annotations.Nullable String symbol(String name) {
    return SYMBOLS.get(name);
  }

  /** Whether letters in a row are a word and not a product. */
  static boolean isWord(String letters) {
    return letters.length() > 3
        || Units.isUnit(letters)
        || SHORT_WORDS.contains(letters.toLowerCase(java.util.Locale.ROOT));
  }
}
