package dev.windlass.workqueue;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Rate limiters as people write them. */
final class RateLimiterText {

    private static final Pattern EXPONENTIAL = Pattern.compile("(\\d{1,9})(ms|s|m|h)\\.\\.(\\d{1,9})(ms|s|m|h)");
    private static final Pattern BUCKET = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)/s:(\\d{1,9})");

    private RateLimiterText() {
    }

    static RateLimiter parse(String text) {
        RateLimiter[] all = Stream.of(text.split("\\+", -1)).map(part -> one(part.strip(), text))
                .toArray(RateLimiter[]::new);
        return all.length == 1 ? all[0] : RateLimiter.maxOf(all);
    }

    private static RateLimiter one(String part, String text) {
        Matcher exponential = EXPONENTIAL.matcher(part);
        if (exponential.matches()) {
            return RateLimiter.exponential(duration(exponential.group(1), exponential.group(2)),
                    duration(exponential.group(3), exponential.group(4)));
        }
        Matcher bucket = BUCKET.matcher(part);
        if (bucket.matches()) {
            return RateLimiter.tokenBucket(Double.parseDouble(bucket.group(1)), Integer.parseInt(bucket.group(2)));
        }
        throw new IllegalArgumentException(
                "\"%s\" is no rate limiter: use 5ms..1000s, 10/s:100, or both joined by \"+\"".formatted(text));
    }

    private static Duration duration(String number, String unit) {
        long count = Long.parseLong(number);
        return switch (unit) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            default -> Duration.ofHours(count);
        };
    }
}
