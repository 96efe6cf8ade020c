package dev.windlass.server;

import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Meters in the format that the scraper accepts. */
final class MetricsHandler extends Handler.Abstract {
    private static final Set<String> SUFFIXES = Set.of("", "_total", "_created", "_bucket", "_count", "_sum", "_info");

    private final PrometheusRegistry registry;
    private final ExpositionFormats formats = ExpositionFormats.init();

    MetricsHandler(PrometheusRegistry registry) {
        this.registry = registry;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws IOException {
        if (!Request.getPathInContext(request).equals("/metrics")) {
            return Reply.text(response, callback, 404, "no such path: use /metrics\n");
        }
        List<String> names = Request.extractQueryParameters(request).getValuesOrEmpty("name[]");
        MetricSnapshots snapshots = names.isEmpty()
                ? registry.scrape()
                : registry.scrape(meter -> names.stream().anyMatch(name -> isOf(meter, name)));
        ExpositionFormatWriter writer = writer(request.getHeaders().get(HttpHeader.ACCEPT));
        ByteArrayOutputStream body = new ByteArrayOutputStream(1 << 14);
        writer.write(body, snapshots);
        return Reply.bytes(response, callback, 200, writer.getContentType(), body.toByteArray());
    }

    /** Whether a name is that of a meter, as the registry has it, or of one of its series, as they are written. */
    private static boolean isOf(String meter, String name) {
        return name.startsWith(meter) && SUFFIXES.contains(name.substring(meter.length()));
    }

    /** Protobuf is written only where the program has brought the library for it: a scraper that would like it takes text as well. */
    private ExpositionFormatWriter writer(@Nullable String accepted) {
        ExpositionFormatWriter wished = formats.findWriter(accepted);
        if (wished.isAvailable()) {
            return wished;
        }
        ExpositionFormatWriter openMetrics = formats.getOpenMetricsTextFormatWriter();
        return openMetrics.accepts(accepted) ? openMetrics : formats.getPrometheusTextFormatWriter();
    }
}
