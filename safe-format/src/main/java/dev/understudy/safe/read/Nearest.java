package dev.understudy.safe.read;

import java.util.Collection;

/// Finds the word that somebody probably meant.
public final class Nearest {
    private Nearest() {}

    /// Gives the nearest of the known words, or an empty text when none is near.
    ///
    /// Near is at most one change (insert, delete, replace, swap of neighbours) in three letters.
    public static String of(String word, Collection<String> known) {
        String best = "";
        int bestDistance = Math.max(1, Math.min(word.length(), 40) / 3) + 1;
        for (String candidate : known) {
            int distance = word.length() > 40 ? 99 : distance(word, candidate);
            if (distance < bestDistance) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return best;
    }

    // Optimal string alignment.
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                boolean same = a.charAt(i - 1) == b.charAt(j - 1);
                d[i][j] =
                        Math.min(
                                Math.min(d[i - 1][j], d[i][j - 1]) + 1,
                                d[i - 1][j - 1] + (same ? 0 : 1));
                if (i > 1
                        && j > 1
                        && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
