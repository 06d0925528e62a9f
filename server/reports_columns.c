/* SPDX-License-Identifier: Apache-2.0 */
/* What each number is, in words: the only place that says it. */
#include "server/base/ids.h"
#include "server/reports.h"

/* clang-format off */
const struct vt_report_column vt_report_columns[VT_CELLS] = {
    [VT_CELL_ASKED] = { "asked", "Asked", "count",
        "Times a customer asked for an associate. It counts for the day and hour they asked, by the clock of the report's time zone." },
    [VT_CELL_TAKEN] = { "taken", "Taken", "count", "Of those who asked, how many an associate took." },
    [VT_CELL_LEFT] = { "left", "Gave up", "count", "Of those who asked, how many the line lost: it ended before anybody took them." },
    [VT_CELL_LEFT_SHARE] = { "left_share", "Gave up, share", "share", "Gave up, divided by gave up and taken together. Who still waits is in neither." },
    [VT_CELL_WAIT_P50] = { "wait_p50", "Wait, half", "seconds", "Half of those taken waited no longer than this, from asking until an associate took them the first time." },
    [VT_CELL_WAIT_P90] = { "wait_p90", "Wait, 9 of 10", "seconds", "Nine in ten of those taken waited no longer than this." },
    [VT_CELL_WAIT_MAX] = { "wait_max", "Longest wait", "seconds", "The longest wait of somebody who was taken." },
    [VT_CELL_PATIENCE] = { "patience_p50", "Gave up after", "seconds", "Half of those who gave up had waited no longer than this." },
    [VT_CELL_FORETOLD] = { "foretold", "Foretold", "count", "Customers who were taken and had been told a range of time when they asked." },
    [VT_CELL_WITHIN] = { "within", "As told", "share", "Of these, how many waited as long as they were told: not less than the lower, not more than the upper number." },
    [VT_CELL_SOONER] = { "sooner", "Sooner", "share", "Of these, how many were taken before the lower number." },
    [VT_CELL_LATER] = { "later", "Later", "share", "Of these, how many waited longer than the upper number: what we promised and did not keep." },
    [VT_CELL_ERROR_P50] = { "error_p50", "Error, half", "seconds", "How far the wait was from the middle of the range; half of them were no further." },
    [VT_CELL_ERROR_P90] = { "error_p90", "Error, 9 of 10", "seconds", "How far the wait was from the middle of the range; nine in ten were no further." },
    [VT_CELL_ENDED] = { "ended", "Ended", "count", "Sessions that an associate took and that have ended." },
    [VT_CELL_CONVERSATIONS] = { "conversations", "Conversations", "count", "Of these, those in which both sides said something: a conversation counts when both sides replied. Notes among staff do not count." },
    [VT_CELL_REPLY_P50] = { "reply_p50", "First reply, half", "seconds", "From taking the customer to the first message of an associate that the customer could read; half of them took no longer." },
    [VT_CELL_REPLY_P90] = { "reply_p90", "First reply, 9 of 10", "seconds", "The same; nine in ten took no longer." },
    [VT_CELL_HANDLE_P50] = { "handle_p50", "Handling, half", "seconds", "From taking the customer the first time to the end of the session, hand-overs and page changes included; half of them took no longer." },
    [VT_CELL_HANDLE_P90] = { "handle_p90", "Handling, 9 of 10", "seconds", "The same; nine in ten took no longer." },
    [VT_CELL_RATED] = { "rated", "Rated", "count", "Sessions that ended and that the customer rated." },
    [VT_CELL_RATED_SHARE] = { "rated_share", "Rated, share", "share", "Rated, divided by ended." },
    [VT_CELL_STARS] = { "stars", "Stars, mean", "stars", "The mean of the stars given, 1 to 5." },
    [VT_CELL_STARS_5] = { "stars_5", "5 stars", "count", "Sessions rated with 5 stars." },
    [VT_CELL_STARS_4] = { "stars_4", "4 stars", "count", "Sessions rated with 4 stars." },
    [VT_CELL_STARS_3] = { "stars_3", "3 stars", "count", "Sessions rated with 3 stars." },
    [VT_CELL_STARS_2] = { "stars_2", "2 stars", "count", "Sessions rated with 2 stars." },
    [VT_CELL_STARS_1] = { "stars_1", "1 star", "count", "Sessions rated with 1 star." },
    [VT_CELL_LIVE_MINUTES] = { "live_minutes", "Time live", "minutes", "How long sessions were live, from taking the customer to the end, added up. By hour or weekday, each minute counts for the hour it lies in; by day, queue or person, for those who asked then. A session that still runs counts once it has ended." },
    [VT_CELL_LIVE_MEAN] = { "live_mean", "Live at once", "people", "Time live, divided by how long these hours are in the period: how many sessions ran at once on average." },
    [VT_CELL_CONVERSION] = { "conversion", "Conversion", "share", "Sessions an order is credited to, divided by sessions an associate took. A session counts for the day it was asked for, whenever its order came; one whose orders were given back whole does not count." },
    [VT_CELL_ORDERS] = { "orders", "Orders", "count", "Orders credited to sessions, in the report's currency, by the day they were placed. Where the rule splits an order, each person and queue has their part of it. What was given back whole does not count." },
    [VT_CELL_VALUE] = { "value", "Attributed value", "money", "What these orders are worth, without tax and shipping, as the page or the shop has told it, less what was given back; split as the orders are. By piece: the prices of its lines." },
    [VT_CELL_AVERAGE] = { "average", "Average order", "money", "Attributed value, divided by orders." },
    [VT_CELL_SEEN] = { "seen", "Looked at together", "share", "Of these orders, those with a piece that was on show in the viewer in a session they are credited to, for a second at least, or when it was ordered." },
    [VT_CELL_PIECES] = { "pieces", "Pieces", "count", "How many of them were ordered and kept, as the lines of the orders say. A return that named an amount and no lines takes no pieces back." },
    [VT_CELL_BACK] = { "back", "Given back", "money", "What was given back of orders placed in the period, whenever that was." },
    [VT_CELL_CONVERSION_VIEWED] = { "conversion_viewed", "Conversion, looking together", "share", "Influence of the viewer: of the sessions an associate took and in which a piece was on show in the viewer, those an order is credited to. Otherwise as conversion; beside it stands the same of the others." },
    [VT_CELL_CONVERSION_TALK] = { "conversion_talk", "Conversion, talk alone", "share", "Of the sessions an associate took and in which nothing was on show in the viewer, those an order is credited to." },
    [VT_CELL_OFFERS] = { "offers", "Offers", "count", "Offers made in the thread, in the report's currency, by the day they were made. They belong to the associate and the queue of the session." },
    [VT_CELL_OFFERS_TAKEN] = { "offers_taken", "Taken", "count", "Of these, those the customer has taken, whenever that was. Whether it was then bought is for the report of sales." },
    [VT_CELL_OFFERS_SHARE] = { "offers_share", "Taken, share", "share", "Taken, divided by all that have ended: taken, run out and taken back. What still stands is in neither." },
    [VT_CELL_OFFERS_OVER] = { "offers_over", "Run out", "count", "Of these, those whose time was over before anybody took them." },
    [VT_CELL_OFFERS_DROPPED] = { "offers_dropped", "Taken back", "count", "Of these, those an associate took back." },
    [VT_CELL_OFFERS_VALUE] = { "offers_value", "Value taken", "money", "The prices of the offers that were taken, added up; of a piece to be made its whole price, not the deposit." },
};

#define CELLS(...) .cells = (const enum vt_report_cell[]){ __VA_ARGS__ }, .cells_n = sizeof((const enum vt_report_cell[]){ __VA_ARGS__ }) / sizeof(enum vt_report_cell)
const struct vt_report_kind vt_report_kinds[] = {
    { "waits", "Waits", "How long do customers wait, and how many give up?",
      CELLS(VT_CELL_ASKED, VT_CELL_TAKEN, VT_CELL_LEFT, VT_CELL_LEFT_SHARE, VT_CELL_WAIT_P50, VT_CELL_WAIT_P90, VT_CELL_WAIT_MAX, VT_CELL_PATIENCE) },
    { "forecast", "Forecast", "Was the wait what the customer had been told?",
      CELLS(VT_CELL_FORETOLD, VT_CELL_WITHIN, VT_CELL_SOONER, VT_CELL_LATER, VT_CELL_ERROR_P50, VT_CELL_ERROR_P90) },
    { "handling", "Handling", "How soon is the first reply, and how long does a session take?",
      CELLS(VT_CELL_ENDED, VT_CELL_CONVERSATIONS, VT_CELL_REPLY_P50, VT_CELL_REPLY_P90, VT_CELL_HANDLE_P50, VT_CELL_HANDLE_P90) },
    { "ratings", "Ratings", "What do customers think of it?",
      CELLS(VT_CELL_ENDED, VT_CELL_RATED, VT_CELL_RATED_SHARE, VT_CELL_STARS, VT_CELL_STARS_5, VT_CELL_STARS_4, VT_CELL_STARS_3, VT_CELL_STARS_2, VT_CELL_STARS_1) },
    { "load", "Load", "When do customers come, and how many are served at once?",
      CELLS(VT_CELL_ASKED, VT_CELL_TAKEN, VT_CELL_LIVE_MINUTES, VT_CELL_LIVE_MEAN) },
    { "sales", "Sales", "What did it bring?",
      CELLS(VT_CELL_VALUE, VT_CELL_ORDERS, VT_CELL_AVERAGE, VT_CELL_CONVERSION, VT_CELL_CONVERSION_VIEWED, VT_CELL_CONVERSION_TALK, VT_CELL_SEEN, VT_CELL_PIECES, VT_CELL_BACK), .sells = true },
    { "offers", "Offers", "What became of the offers?",
      CELLS(VT_CELL_OFFERS, VT_CELL_OFFERS_TAKEN, VT_CELL_OFFERS_SHARE, VT_CELL_OFFERS_OVER, VT_CELL_OFFERS_DROPPED, VT_CELL_OFFERS_VALUE), .offers = true },
};
/* clang-format on */
const size_t vt_report_kinds_n = VT_COUNT(vt_report_kinds);
