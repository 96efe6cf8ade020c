package dev.windlass.apiserver.internal.cel;

import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.schema.GoDuration;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoField;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;

/** What the language does with timestamps and durations, as Go does it. Stateless. */
@SuppressWarnings("Immutable") // what takes a part of a time holds no state
final class TimeFunctions {
    private static final Map<String, ToIntFunction<LocalDateTime>> PARTS = Map.of("year", LocalDateTime::getYear,
            "month", time -> time.getMonthValue() - 1, "day_of_year", time -> time.getDayOfYear() - 1,
            "day_of_month", time -> time.getDayOfMonth() - 1, "day_of_month_1_based", LocalDateTime::getDayOfMonth,
            "day_of_week", time -> time.getDayOfWeek().getValue() % 7, "hours", LocalDateTime::getHour, "minutes",
            LocalDateTime::getMinute, "seconds", LocalDateTime::getSecond, "milliseconds",
            time -> time.get(ChronoField.MILLI_OF_SECOND));
    private static final Set<String> ZONES = Set.copyOf(ZoneId.getAvailableZoneIds());
    /** Zones that Go knows and Java only knows by other names. */
    private static final Map<String, Integer> OLD_ZONES = Map.of("EST", -5 * 3600, "MST", -7 * 3600, "HST", -10 * 3600);

    private TimeFunctions() {
    }

    /** By the names of what they replace. */
    static Map<String, CelFunctionBinding> bindings() {
        Map<String, CelFunctionBinding> all = new LinkedHashMap<>();
        PARTS.forEach((name, part) -> {
            String id = "timestamp_to_" + name;
            all.put(id, CelFunctionBinding.from(id, Moment.class, time -> (long) part.applyAsInt(time.at(0))));
            String zoned = id + "_with_tz";
            all.put(zoned, CelFunctionBinding.from(zoned, Moment.class, String.class,
                    (time, zone) -> (long) part.applyAsInt(time.at(offset(time.instant(), zone)))));
        });
        add(all, CelFunctionBinding.from("add_timestamp_duration", Moment.class, Duration.class, TimeFunctions::plus));
        add(all, CelFunctionBinding.from("add_duration_timestamp", Duration.class, Moment.class,
                (duration, time) -> plus(time, duration)));
        add(all, CelFunctionBinding.from("subtract_timestamp_duration", Moment.class, Duration.class,
                (time, duration) -> plus(time, duration.negated())));
        add(all, CelFunctionBinding.from("subtract_timestamp_timestamp", Moment.class, Moment.class,
                (time, earlier) -> lasting(Duration.between(earlier.instant(), time.instant()))));
        add(all, CelFunctionBinding.from("add_duration_duration", Duration.class, Duration.class,
                (duration, other) -> lasting(duration.plus(other))));
        add(all, CelFunctionBinding.from("subtract_duration_duration", Duration.class, Duration.class,
                (duration, other) -> lasting(duration.minus(other))));
        add(all, CelFunctionBinding.from("timestamp_to_timestamp", Moment.class, time -> time));
        add(all, CelFunctionBinding.from("timestamp_to_string", Moment.class, Moment::toString));
        add(all, CelFunctionBinding.from("timestamp_to_int64", Moment.class, time -> time.instant().getEpochSecond()));
        add(all, CelFunctionBinding.from("int64_to_timestamp", Long.class, TimeFunctions::ofSeconds));
        add(all, CelFunctionBinding.from("string_to_timestamp", String.class, TimeFunctions::read));
        add(all, CelFunctionBinding.from("duration_to_string", Duration.class, Formatting::show));
        add(all, CelFunctionBinding.from("duration_to_milliseconds", Duration.class, Duration::toMillis));
        return all;
    }

    private static void add(Map<String, CelFunctionBinding> all, CelFunctionBinding binding) {
        all.put(binding.getOverloadId(), binding);
    }

    private static Moment read(String text) throws CelEvaluationException {
        Moment time = Moment.parse(text);
        if (time == null) {
            throw Conversions.unreadable("google.protobuf.Timestamp");
        }
        return known(time);
    }

    private static Moment ofSeconds(long seconds) throws CelEvaluationException {
        try {
            return known(Moment.of(Instant.ofEpochSecond(seconds)));
        } catch (DateTimeException e) {
            throw overflow("timestamp", e);
        }
    }

    private static Moment plus(Moment time, Duration duration) throws CelEvaluationException {
        return known(time.plus(duration));
    }

    private static Moment known(Moment time) throws CelEvaluationException {
        if (!time.isKnown()) {
            throw new CelEvaluationException("timestamp overflow");
        }
        return time;
    }

    private static Duration lasting(Duration duration) throws CelEvaluationException {
        if (GoDuration.nanos(duration).bitLength() >= Long.SIZE) {
            throw new CelEvaluationException("integer overflow");
        }
        return duration;
    }

    private static CelEvaluationException overflow(String what, Exception cause) {
        return new CelEvaluationException(what + " overflow", cause);
    }

    /** How far a zone is from UTC, in seconds: it has a name, or tells it itself. */
    private static int offset(Instant instant, String zone) throws CelEvaluationException {
        int colon = zone.indexOf(':');
        if (colon >= 0) {
            int hours = number(zone.substring(0, colon));
            int minutes = number(zone.substring(colon + 1));
            return hours * 3600 + (zone.startsWith("-") ? -minutes : minutes) * 60;
        }
        Integer old = OLD_ZONES.get(zone);
        if (old != null) {
            return old;
        }
        if (zone.isEmpty() || zone.equals("Local")) {
            return 0;
        }
        if (!ZONES.contains(zone)) {
            throw new CelEvaluationException("unknown time zone " + zone);
        }
        return ZoneId.of(zone).getRules().getOffset(instant).getTotalSeconds();
    }

    private static int number(String text) throws CelEvaluationException {
        try {
            return new BigInteger(text).intValueExact();
        } catch (ArithmeticException | NumberFormatException e) {
            throw new CelEvaluationException("strconv.Atoi: parsing " + GoText.quoted(text) + ": "
                    + (e instanceof ArithmeticException ? "value out of range" : "invalid syntax"), e);
        }
    }
}
