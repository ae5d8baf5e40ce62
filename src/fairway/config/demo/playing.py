"""Two years of one vendor, played day by day through the product's own actions.

Every lead, answer, touch, registration and decision is the same call a person's click makes, at the simulated time.
What people plan (an answer in five hours, a demonstration next week) lies in a heap; the clock walks over the
working day, deadlines fire as the worker would fire them, and whatever the product refuses counts as refused.
"""

import heapq
import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any

from django.db import transaction

from fairway.config.demo import names
from fairway.config.demo.places import City, any_city, cities
from fairway.config.demo.plan import SEASON, Line
from fairway.config.demo.setting_up import World
from fairway.core.access import Member, system_member
from fairway.core.moves import StateConflict
from fairway.core.refusals import Refused
from fairway.core.states import TransitionRefused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import Context, entering
from fairway.core.tenancy.models import Partner, Role
from fairway.deals.actions.deals import lose_deal, move_deal, set_next_step, win_deal
from fairway.deals.actions.decisions import approve_registration, reject_registration, return_registration
from fairway.deals.actions.opening import convert_lead
from fairway.deals.actions.registrations import answer_question, save_draft, submit_registration
from fairway.deals.models import Deal, Registration
from fairway.leads.actions import work
from fairway.leads.actions.capture import LeadValues, Origin, PersonValues, capture_many
from fairway.leads.actions.offers import accept_offer, decline_offer, offer_lead_to, open_offer
from fairway.leads.actions.placing import place_leads
from fairway.leads.actions.policies import ensure_policies
from fairway.leads.actions.routing import route_leads
from fairway.leads.actions.scoring import score_leads
from fairway.leads.models import Lead, Offer
from fairway.workflow.actions.deadlines import fire_due

Happening = Callable[[datetime], None]
TICKS = (time(15, 10), time(20, 40))
SOURCES = (("web form", 0.4), ("webinar", 0.2), ("trade fair", 0.15), ("telemarketing", 0.15), ("referral", 0.1))
DECLINES = ("no_capacity", "not_our_field", "no_budget", "bad_contact_data", "too_small", "existing_customer")
LOSSES = ("price", "competitor", "no_decision")
LOSS_WEIGHTS = (0.4, 0.35, 0.25)
STEPS = ("Call after the site survey", "Send the revised quote", "Technical session", "Ask for the decision",
         "Send the reference list", "Agree the delivery week")  # fmt: skip
QUESTIONS = ("Which of the sites does the project cover?", "Is a tender planned, and when?", "Who decides there?")


class Play:
    def __init__(self, world: World) -> None:
        self.world, self.plan, self.chance = world, world.plan, world.chance
        self.system = system_member(world.vendor.pk, "Routing", kind="rule")
        self.heap: list[tuple[datetime, int, Context, Happening]] = []
        self.count = itertools.count()
        self.companies = names.companies(self.chance, names.CUSTOMER_TAILS)
        self.customers: list[tuple[str, str, Any]] = []
        self.seen_offers: set[int] = set()
        self.done: Counter[str] = Counter()

    def run(self) -> Iterator[tuple[datetime, Counter[str]]]:
        """Play until `world.ends`; gives the day and the counts once a simulated month."""
        with entering(self.system.context):
            ensure_policies(actor=self.system, at=self.world.begins)
        day, month = self.world.begins.date(), 0
        while day <= self.world.ends.date():
            with transaction.atomic():
                self._day(day)
            if day.month != month:
                month = day.month
                yield datetime.combine(day, time(), tzinfo=UTC), self.done
            day += timedelta(days=1)
        with transaction.atomic():
            self._last_hours()

    def _last_hours(self) -> None:
        """What waits for the first partner today: fresh offers, and a question about a registration."""
        first = next(iter(self.world.partners.values()))
        seller, cam = self.world.seller_of(first.pk), self.world.staff[Role.CAM][0]
        at = self.world.ends - timedelta(hours=2)
        city = cities(self.plan.country)[0]
        with acting_for(cam):
            rows = [self._lead(city) for _ in range(3)]
            made = capture_many(rows, origin=Origin("web form"), actor=cam, at=at, process=False)
        ids = [one.lead_id for one in made]
        place_leads(lead_ids=ids, actor=self.system)
        score_leads(lead_ids=ids, actor=self.system, at=at)
        with entering(self.system.context):
            fresh = list(Lead.objects.filter(pk__in=ids))
        for lead in fresh:
            self._try(partial(self._name_partner, lead, first, cam), cam.context, at + timedelta(minutes=30))
        self._try(partial(self._asked_back, seller), seller.context.acting(self.world.vendor.pk), at)

    def _asked_back(self, seller: Member, at: datetime) -> None:
        registration = save_draft(values=self._claim(at), actor=seller, at=at - timedelta(days=1))
        registration = submit_registration(registration=registration, actor=seller, at=at - timedelta(hours=22))
        if registration.state == "submitted":
            decider = self.world.staff[Role.DEAL_DESK][0]
            return_registration(registration=registration, question=QUESTIONS[0], actor=decider, at=at)

    # --- the day

    def _day(self, day: Any) -> None:
        if day.weekday() < 5:
            self._capture(day)
            self._register(day)
        if day.weekday() == 3:
            self._clear_waiting(datetime.combine(day, TICKS[0], tzinfo=UTC) - timedelta(hours=1))
        for tick in TICKS:
            at = datetime.combine(day, tick, tzinfo=UTC)
            if at > self.world.ends:
                break
            self._tick(at)
        if day == self.world.ends.date():
            self._tick(self.world.ends)

    def _tick(self, at: datetime) -> None:
        while self.heap and self.heap[0][0] <= at:
            moment, _number, context, happening = heapq.heappop(self.heap)
            self._try(happening, context, moment)
        fire_due(at, vendor_id=self.world.vendor.pk)
        self._route(at)
        self._plan_answers(at)

    def _try(self, happening: Happening, context: Context, at: datetime) -> None:
        try:
            with entering(context):
                happening(at)
        except (Refused, StateConflict, TransitionRefused) as refusal:
            self.done[f"refused: {type(refusal).__name__}"] += 1

    def _later(self, at: datetime, who: Member, happening: Happening) -> None:
        """Have `who` do it at that time. The rows are read as the action will: acting for the vendor."""
        context = who.context.acting(self.world.vendor.pk)
        heapq.heappush(self.heap, (at, next(self.count), context, happening))

    def _volume(self, day: Any, a_month: int) -> int:
        """How many on this working day: grows from a half to all of `a_month`, breathes with the season."""
        span = (self.world.ends - self.world.begins).days
        age = (datetime.combine(day, time(), tzinfo=UTC) - self.world.begins).days / span
        mean = a_month / 21.5 * (0.5 + 0.5 * age) * SEASON[day.month - 1]
        return math.floor(mean + self.chance.random())

    # --- leads

    def _capture(self, day: Any) -> None:
        count = self._volume(day, self.plan.leads_a_month)
        by_source: dict[str, list[tuple[LeadValues, PersonValues]]] = {}
        for _ in range(count):
            source = self._pick(SOURCES)
            by_source.setdefault(source, []).append(self._lead())
        marketer = (self.world.staff.get(Role.MARKETER) or self.world.staff[Role.OPERATIONS])[0]
        at = datetime.combine(day, time(13, self.chance.randint(0, 59)), tzinfo=UTC)
        for source, rows in sorted(by_source.items()):
            if at > self.world.ends:
                return
            origin = Origin(source, campaign=self.chance.choice(self.plan.campaigns) if source != "referral" else "")
            with acting_for(marketer):
                capture_many(rows, origin=origin, actor=marketer, at=at, process=False)
            self.done["leads"] += len(rows)

    def _lead(self, place: City | None = None) -> tuple[LeadValues, PersonValues]:
        chance = self.chance
        name, industry, city = self._customer()
        city = place or city
        line = chance.choice(self.plan.lines)
        first, last = names.person(chance)
        amount = self._amount(line) if chance.random() < 0.75 else None
        values = LeadValues(
            need=chance.choice(line.needs), company=name, industry=industry, website=names.host_of(name),
            employees=int(chance.lognormvariate(4.6, 1.0)) + 5, country=city.country, state_code=city.state,
            city=city.name, product_line_id=self.world.lines[line.code].pk, product_line_name=line.name,
            amount_minor=amount, currency=self.plan.currency,
            timeframe_days=chance.choice((30, 60, 90, 180, None)),
        )  # fmt: skip
        email = f"{first}.{last}@{names.host_of(name)}".lower()
        return values, PersonValues(first_name=first, last_name=last, email=email, job_title=chance.choice(JOBS))

    def _customer(self) -> tuple[str, str, Any]:
        """Mostly somebody new; now and then a known customer comes back."""
        if self.customers and self.chance.random() < 0.12:
            return self.chance.choice(self.customers)
        name, tail = next(self.companies)
        city = any_city(self.chance, self.plan.countries)
        self.customers.append((name, names.INDUSTRIES.get(tail, "Manufacturing"), city))
        return self.customers[-1]

    def _amount(self, line: Line) -> int:
        spread = math.exp(self.chance.uniform(math.log(line.price_low), math.log(line.price_high)))
        return round(spread / 100) * 10_000

    def _route(self, at: datetime) -> None:
        with entering(self.system.context):
            new = list(Lead.objects.filter(state="captured").values_list("pk", flat=True))
        if new:
            place_leads(lead_ids=new, actor=self.system)
            score_leads(lead_ids=new, actor=self.system, at=at)
            route_leads(lead_ids=new, actor=self.system, at=at)

    def _clear_waiting(self, at: datetime) -> None:
        """Once a week the account managers decide about what the rules left over: name a partner, or close it."""
        with entering(self.system.context):
            waiting = list(Lead.objects.filter(state="waiting", captured_at__lt=at - timedelta(days=5)))
        for lead in waiting:
            cam = self.chance.choice(self.world.staff[Role.CAM])
            close_by = [pk for pk, partner in self.world.partners.items() if partner.country == lead.country]
            partner = self.world.partners[self.chance.choice(close_by or list(self.world.partners))]
            offer = self.chance.random() < 0.7 and at <= self.world.ends
            self._try(partial(self._name_partner if offer else self._give_up, lead, partner, cam), cam.context, at)

    def _name_partner(self, lead: Lead, partner: Partner, cam: Member, at: datetime) -> None:
        reason = self.chance.choice(("Knows the customer", "Asked for more leads", "Nearest with the know-how"))
        offer_lead_to(lead=lead, partner=partner, actor=cam, at=at, reason=reason)

    def _give_up(self, lead: Lead, partner: Partner, cam: Member, at: datetime) -> None:
        work.close_lead(lead=lead, actor=cam, at=at, reason="not_reached")

    def _plan_answers(self, at: datetime) -> None:
        with entering(self.system.context):
            offers = Offer.objects.filter(state="open").values_list("pk", "partner_id", "lapses_at")
            fresh = [offer for offer in offers if offer[0] not in self.seen_offers]
        for pk, partner_id, lapses_at in fresh:
            self.seen_offers.add(pk)
            skill = self.world.skill[partner_id]
            if self.chance.random() > 0.45 + skill * 0.6:
                continue  # nobody answers: it will lapse
            wait = (lapses_at - at) * min(0.95, self.chance.betavariate(1.4, 1.2 + 3 * skill))
            seller = self.world.seller_of(partner_id)
            self._later(self._daytime(at + wait, at), seller, partial(self._answer, pk, seller, skill))

    def _answer(self, offer_id: int, seller: Member, skill: float, at: datetime) -> None:
        offer = Offer.objects.get(pk=offer_id)
        if offer.state != "open":
            return
        open_offer(offer=offer, actor=seller, at=at - timedelta(minutes=3))
        if self.chance.random() < 0.5 + skill * 0.45:
            lead = accept_offer(offer=offer, actor=seller, at=at)
            self.done["accepted"] += 1
            self._plan_work(lead, seller, skill, at)
        else:
            decline_offer(offer=offer, actor=seller, at=at, quality=[self.chance.choice(DECLINES)])
            self.done["declined"] += 1

    def _plan_work(self, lead: Lead, seller: Member, skill: float, at: datetime) -> None:
        chance = self.chance
        moment = at
        for number in range(chance.randint(1, 3)):
            moment = self._daytime(moment + timedelta(days=chance.expovariate(0.35 + skill)), moment)
            self._later(moment, seller, partial(self._touch, lead.pk, seller, number))
        moment = self._daytime(moment + timedelta(days=chance.uniform(0.5, 6)), moment)
        becomes_deal = chance.random() < 0.25 + 0.5 * skill
        self._later(moment, seller, partial(self._convert if becomes_deal else self._close, lead.pk, seller))

    def _touch(self, lead_id: int, seller: Member, number: int, at: datetime) -> None:
        lead = Lead.objects.get(pk=lead_id)
        kind = self.chance.choice(("call", "call", "email", "meeting"))
        outcome = self.chance.choice(("reached", "not_reached") if not number else ("reached", "interested"))
        work.log_touch(subject=lead, actor=seller, at=at, kind=kind, outcome=outcome)
        if self.chance.random() < 0.4:
            work.set_next_step(
                lead=lead, actor=seller, at=at, next_step=self.chance.choice(STEPS),
                on=(at + timedelta(days=self.chance.randint(1, 9))).date(),
            )  # fmt: skip
        self.done["touches"] += 1

    def _close(self, lead_id: int, seller: Member, at: datetime) -> None:
        reason = self.chance.choice(("no_need", "no_budget", "not_reached", "bought_elsewhere"))
        work.close_lead(lead=Lead.objects.get(pk=lead_id), actor=seller, at=at, reason=reason)

    def _convert(self, lead_id: int, seller: Member, at: datetime) -> None:
        deal = convert_lead(lead=Lead.objects.get(pk=lead_id), actor=seller, at=at)
        self.done["deals"] += 1
        self._plan_deal(deal, seller, at)

    # --- registrations and deals

    def _register(self, day: Any) -> None:
        active = [pk for pk in self.world.partners if self.world.skill[pk] > 0.25]
        # The first partner's portal is what a visitor of the demo sees: there is something to do every week.
        first = next(iter(self.world.partners))
        weights = [self.world.skill[pk] ** 2 * (9 if pk == first else 1) for pk in active]
        for _ in range(self._volume(day, self.plan.registrations_a_month)):
            partner_id = self.chance.choices(active, weights)[0]
            at = datetime.combine(day, time(self.chance.randint(13, 20), self.chance.randint(0, 59)), tzinfo=UTC)
            seller = self.world.seller_of(partner_id)
            self._later(at, seller, partial(self._submit, seller))

    def _submit(self, seller: Member, at: datetime) -> None:
        chance = self.chance
        registration = save_draft(values=self._claim(at), actor=seller, at=at)
        if chance.random() < 0.03:
            return  # stays a draft
        registration = submit_registration(registration=registration, actor=seller, at=at + timedelta(minutes=1))
        self.done["registrations"] += 1
        if registration.state == "approved":
            self._begin_deal(registration, seller, at)
        else:
            wait = timedelta(hours=chance.expovariate(1 / 18))
            decider = chance.choice(self.world.staff[Role.DEAL_DESK])
            self._later(self._daytime(at + wait, at), decider, partial(self._decide, registration.pk, decider, seller))

    def _claim(self, at: datetime) -> dict[str, Any]:
        """What a seller writes into a registration."""
        chance = self.chance
        # Some register whom a rival has registered too: that is what the conflict check is for.
        name, _industry, city = self._customer()
        line = chance.choice(self.plan.lines)
        values = {
            "customer_name": names.with_legal_form(chance, name, city.country),
            "customer_domain": names.host_of(name), "city": city.name, "country": city.country,
            "product_line": self.world.lines[line.code], "amount_minor": self._amount(line),
            "currency": self.plan.currency, "closes_on": (at + timedelta(days=chance.randint(20, 150))).date(),
        }  # fmt: skip
        if chance.random() < 0.3:
            values |= {"scope": "project", "scope_name": f"{city.name} site"}
        return values

    def _decide(self, registration_id: int, decider: Member, seller: Member, at: datetime) -> None:
        chance = self.chance
        registration = Registration.objects.get(pk=registration_id)
        if registration.state != "submitted":
            return
        roll = chance.random()
        if roll < 0.1 and not registration.question:
            return_registration(registration=registration, question=chance.choice(QUESTIONS), actor=decider, at=at)
            if chance.random() < 0.85:
                wait = timedelta(hours=chance.expovariate(1 / 20))
                answered = self._daytime(at + wait, at)
                self._later(answered, seller, partial(self._reply, registration_id, decider, seller))
            return
        if roll < 0.82:
            try:
                approve_registration(registration=registration, actor=decider, at=at, customer=self._whom(registration))
            except Refused:
                reject_registration(registration=registration, reason="not_available", actor=decider, at=at)
                self.done["conflicts"] += 1
                return
            self._begin_deal(registration, seller, at)
        else:
            reject_registration(registration=registration, reason="no_project", actor=decider, at=at)

    def _whom(self, registration: Registration) -> str | None:
        return None if registration.customer_id else "new"

    def _reply(self, registration_id: int, decider: Member, seller: Member, at: datetime) -> None:
        registration = Registration.objects.get(pk=registration_id)
        answer_question(registration=registration, answer="Only the main building, no tender.", actor=seller, at=at)
        self._later(at + timedelta(hours=5), decider, partial(self._decide, registration_id, decider, seller))

    def _begin_deal(self, registration: Registration, seller: Member, at: datetime) -> None:
        deal = Deal.objects.filter(registration=registration).first()
        if deal is not None:
            self.done["deals"] += 1
            self._plan_deal(deal, seller, at)

    def _plan_deal(self, deal: Deal, seller: Member, at: datetime) -> None:
        chance, moment = self.chance, at
        for stage in ("proposal", "negotiation"):
            moment = self._daytime(moment + timedelta(days=chance.uniform(4, 32)), moment)
            self._later(moment, seller, partial(self._advance, deal.pk, seller, stage))
        moment = self._daytime(moment + timedelta(days=chance.uniform(3, 45)), moment)
        self._later(moment, seller, partial(self._end, deal.pk, seller))

    def _advance(self, deal_id: int, seller: Member, stage: str, at: datetime) -> None:
        deal = Deal.objects.get(pk=deal_id)
        move_deal(deal=deal, to=stage, actor=seller, at=at)
        on = (at + timedelta(days=self.chance.randint(2, 14))).date()
        set_next_step(deal=deal, text=self.chance.choice(STEPS), on=on, actor=seller, at=at)

    def _end(self, deal_id: int, seller: Member, at: datetime) -> None:
        deal = Deal.objects.get(pk=deal_id)
        skill = self.world.skill[deal.partner_id]
        if self.chance.random() < 0.2 + 0.45 * skill:
            amount = max(10_000, round((deal.amount_minor or 2_000_000) * self.chance.uniform(0.75, 1.1)))
            win_deal(deal=deal, amount_minor=amount, actor=seller, at=at)
            self.done["won"] += 1
        else:
            reason = self.chance.choices(LOSSES, LOSS_WEIGHTS)[0]
            lose_deal(deal=deal, reason=reason, actor=seller, at=at)
            self.done["lost"] += 1

    # --- chance

    def _pick(self, shares: tuple[tuple[str, float], ...]) -> str:
        return self.chance.choices([name for name, _ in shares], [share for _, share in shares])[0]

    def _daytime(self, wanted: datetime, after: datetime) -> datetime:
        """Into the working day (13:00 to 21:00 UTC, Monday to Friday), and never before `after`."""
        moment = max(wanted, after + timedelta(minutes=5))
        if moment.hour < 13:
            moment = moment.replace(hour=13, minute=self.chance.randint(0, 59))
        elif moment.hour >= 21:
            moment = (moment + timedelta(days=1)).replace(hour=13, minute=self.chance.randint(0, 59))
        while moment.weekday() > 4:
            moment += timedelta(days=1)
        return max(moment, after + timedelta(minutes=5))


JOBS = ("Head of IT", "IT administrator", "Managing director", "Purchasing manager", "Operations manager")
