package dev.windlass.lifecycle;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An election, as one candidate sees it.
 *
 * @param election which election
 * @param identity who this candidate is
 * @param leads whether this candidate leads, its fence open
 * @param holder who leads, as far as can be seen; null when nobody does, or nobody has been seen yet
 * @param since since when, by the clock of the holder; null when that is not known
 * @param transitions how often the leadership has gone from one to another
 * @param fence how long this candidate may go on acting if it cannot renew any more; nothing when it does not lead
 * @param trouble why it cannot be seen who leads; null when it can
 * @param onLoss what follows a loss
 * @param lastLoss the last loss of this candidate; null when there was none
 */
public record LeadershipStatus(String election, String identity, boolean leads, @Nullable String holder,
        @Nullable Instant since, int transitions, Duration fence, @Nullable String trouble, OnLeadershipLost onLoss,
        @Nullable LeadershipLoss lastLoss) {
}
