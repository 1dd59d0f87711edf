package io.jackpot.prompts;

import io.jackpot.input.InputException;
import io.jackpot.jinja.Template.Rendering;
import io.jackpot.jinja.Template.Span;
import io.jackpot.problems.Message;
import io.jackpot.weights.Tokenizer;
import io.jackpot.weights.UnknownBytes;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A conversation as token ids, and which of them are the assistant's.
 *
 * <p>If the template marks what the assistant writes ({@code {% generation %}}), these are the
 * tokens in the marked text, as transformers' {@code return_assistant_tokens_mask} has them. If
 * not, or if only a completion is to be learned, a turn begins where the conversation before it,
 * with the assistant's turn begun, ends: at the first token in which that and the whole
 * conversation differ, as in TRL's trainer for prompts and completions. It ends where the
 * conversation up to it ends. A template that writes a turn differently once others follow (such as
 * one that drops earlier thoughts) lets it end with the first token that ends a sequence.
 *
 * <p>So text up to the beginning and the end of each turn is encoded, which is quadratic in the
 * number of turns, and bounded: {@value #MOST} characters, and {@value #MOST_TIMES} times the
 * conversation, which has room for 128 turns of any length and for more short ones.
 *
 * @param ids of the conversation up to the last of the assistant's tokens
 * @param targets the places of the assistant's tokens, from 1 on
 * @param lastTurn where the assistant's last turn begins
 * @param diverges whether the template ends a prompt otherwise if an answer follows
 */
record AssistantTurns(int[] ids, int[] targets, int lastTurn, boolean diverges) {
  private static final String ASSISTANT = "assistant";

  /** Characters that all prefixes of a conversation may have together. */
  static final long MOST = 32_000_000;

  /** The same, for each character of the conversation. */
  static final long MOST_TIMES = 64;

  /** Encodes the prefixes of a conversation, while they are not too many for its length. */
  private static final class Prefixes {
    private final Tokenizer tokenizer;
    private final long most;
    private long characters;

    private Prefixes(Tokenizer tokenizer, String whole) {
      this.tokenizer = tokenizer;
      most = MOST + MOST_TIMES * whole.length();
    }

    private int[] encode(String prefix) {
      characters += prefix.length();
      if (characters > most) {
        throw new InputException(
            "a conversation of too many turns: their beginnings and ends take more than %,d characters to tell; expected it in several parts"
                .formatted(most));
      }
      return tokenizer.encodePlain(prefix);
    }
  }

  /**
   * Encodes a conversation.
   *
   * @param given the number of turns at the beginning that are not learned
   * @param tools for the template; null for none
   * @param unknown counts the conversation
   * @throws InputException if the template or the vocabulary cannot express it, or it has no turn
   *     to learn
   */
  static AssistantTurns of(
      ChatTemplate chat,
      Tokenizer tokenizer,
      List<Message> turns,
      int given,
      @Nullable Object tools,
      UnknownBytes unknown) {
    int last = lastOf(turns);
    if (last < given) {
      throw new InputException("a conversation without a turn of the assistant to learn");
    }
    Rendering whole = chat.render(turns, tools, false);
    unknown.add(whole.text());
    int[] ids = tokenizer.encodePlain(whole.text());
    Prefixes prefixes = new Prefixes(tokenizer, whole.text());
    if (given == 0 && !whole.generated().isEmpty()) {
      return marked(prefixes, whole, ids);
    }
    BitSet learned = new BitSet();
    boolean diverges = false;
    int start = 0;
    int end = 0;
    for (int turn = given; turn <= last; turn++) {
      if (!turns.get(turn).role().equals(ASSISTANT)) {
        continue;
      }
      int[] before = prefixes.encode(chat.render(turns.subList(0, turn), tools, true).text());
      start = common(before, ids);
      diverges |= start < before.length;
      int[] through = prefixes.encode(chat.render(turns.subList(0, turn + 1), tools, false).text());
      if (start < end) {
        throw inconsistent(turn);
      }
      end = common(through, ids);
      if (end < through.length) {
        end = start;
        while (end < ids.length && !tokenizer.endIds().contains(ids[end])) {
          end++;
        }
        if (end == ids.length) {
          throw inconsistent(turn);
        }
        end++;
      }
      learned.set(Math.max(1, start), Math.max(1, end));
    }
    return of(ids, learned, start, diverges);
  }

  private static AssistantTurns of(int[] ids, BitSet learned, int lastTurn, boolean diverges) {
    int[] needed = learned.isEmpty() ? ids : Arrays.copyOf(ids, learned.length());
    return new AssistantTurns(needed, learned.stream().toArray(), lastTurn, diverges);
  }

  private static int lastOf(List<Message> turns) {
    int last = turns.size() - 1;
    while (last >= 0 && !turns.get(last).role().equals(ASSISTANT)) {
      last--;
    }
    return last;
  }

  private static InputException inconsistent(int turn) {
    return new InputException(
        "the chat template writes turn %d otherwise if others follow, so its tokens cannot be told; expected one turn of the assistant, or a template with {%% generation %%}"
            .formatted(turn + 1));
  }

  private static AssistantTurns marked(Prefixes prefixes, Rendering whole, int[] ids) {
    BitSet learned = new BitSet();
    int start = 0;
    for (Span span : whole.generated()) {
      int[] before = prefixes.encode(whole.text().substring(0, span.start()));
      int[] through = prefixes.encode(whole.text().substring(0, span.end()));
      start = common(before, ids);
      int end = common(through, ids);
      // A token that reaches over the end of the text belongs to it.
      learned.set(Math.max(1, start), Math.max(1, end < through.length ? end + 1 : end));
    }
    return of(ids, learned, start, false);
  }

  /** The number of ids at the beginning that two sequences share. */
  private static int common(int[] a, int[] b) {
    int mismatch = Arrays.mismatch(a, b);
    return mismatch < 0 ? a.length : mismatch;
  }
}
